// What came while the reader was elsewhere: a line in the stream, and a number in the title.
import { countInTitle } from "../console/title.js";
import { all, byId, on, one } from "../lib/dom.js";
import { inBrowser } from "../lib/storage.js";
import { isAtEnd, stream } from "./reading.js";
import { sid } from "./room.js";

const STORED = "parlor-seen";
// Of how many other sessions it is kept what was seen.
const OTHERS = 99;

let unread = 0;

export const isAway = () => document.hidden || !document.hasFocus();

export function markUnread(item) {
  if (one(".unread", stream)) return;
  item.before(byId("unread-template").content.firstElementChild.cloneNode(true));
}

/** Takes the line away; tells whether there was one. */
export function unmark() {
  const line = one(".unread", stream);
  line?.remove();
  return Boolean(line);
}

/** One more came while the reader was elsewhere. */
export function countUnread() {
  unread += 1;
  countInTitle("room", unread);
}

// A page that is only looked at writes nothing on the server, so what was seen is kept in this browser.
function seen() {
  try {
    return JSON.parse(inBrowser.get(STORED) || "{}");
  } catch {
    return {};
  }
}

const lookers = [];
/** Calls `looked` whenever the reader sees the newest. */
export const onLook = (looked) => lookers.push(looked);

/** Notes that the reader has seen everything up to `seq`, if they look at it. */
export function see(seq) {
  if (isAway() || !isAtEnd()) return;
  for (const looked of lookers) looked();
  const { [sid]: before, ...others } = seen();
  if (before === seq) return;
  const kept = [...Object.entries(others).slice(-OTHERS), [sid, seq]];
  inBrowser.set(STORED, JSON.stringify(Object.fromEntries(kept)));
}

/** Puts the line before what came since this browser's reader was here; tells whether there is one. */
export function markSinceLastTime() {
  const until = seen()[sid];
  if (!until || one(".unread", stream)) return false;
  const first = all("[data-seq]", stream).find((item) => Number(item.dataset.seq) > until);
  if (!first?.previousElementSibling) return false;
  markUnread(first);
  return true;
}

on(globalThis, "focus", () => {
  unread = 0;
  countInTitle("room", 0);
});
