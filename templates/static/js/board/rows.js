// The rows of the board, as they are and as the server has them now.
import { consolePage } from "../console/requests.js";
import { byId } from "../lib/dom.js";
import { showTimes } from "../lib/times.js";

export const board = () => byId("board");

/** What the board is like now. */
export async function fetchBoard() {
  const url = new URL(location.href);
  url.searchParams.set("fragment", "board");
  return (await consolePage(url)).getElementById("board");
}

/** Puts the fetched board in the place of what is shown, and says so to whoever listens. */
export function put(fetched) {
  const focused = document.activeElement?.closest?.("[data-row]")?.dataset.row;
  board().replaceWith(fetched);
  showTimes(fetched);
  if (focused) fetched.querySelector(`[data-row="${CSS.escape(focused)}"] .board-open`)?.focus();
  document.dispatchEvent(new CustomEvent("board-shown"));
}
