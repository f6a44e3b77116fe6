// R3, R27: the customer is warned before inactivity ends the session. When that is, only the server knows, and the agent may
// have moved it since: so when the time comes, the page is asked for again.
import { byId } from "../lib/dom.js";

// In milliseconds: a little after, so that it is not a little before; and the longest that a timer can wait.
const AFTER = 500;
const LONGEST = 2_000_000_000;

let timer;

/** Looks at what the page says now. `ask` fetches it again. */
export function watchClosing(ask) {
  clearTimeout(timer);
  const wait = Number(byId("closing")?.dataset.wait);
  if (wait) timer = setTimeout(ask, Math.min(wait + AFTER, LONGEST));
}

/** Whether the warning is shown. */
export const isClosing = () => byId("closing")?.dataset.wait === "0";
