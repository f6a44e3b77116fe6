// R3: the warning comes by the clock, and says once what it counts.
import { words } from "../console/page.js";
import { byId, on, one } from "../lib/dom.js";
import { now } from "../lib/times.js";

// In milliseconds: a little after, so that it is not a little before; the longest that a timer can wait; and how long the
// server has to end a session whose time is over.
const AFTER = 50;
const LONGEST = 2_000_000_000;
const GRACE = 5_000;
const SECOND = 1_000;

let ticking;
let whenOver;

function tick() {
  clearTimeout(ticking);
  const banner = byId("inactivity");
  const line = banner && one("[data-deadline]", banner);
  if (!line) return;
  const left = Date.parse(line.dataset.deadline) - now();
  const toWarning = Date.parse(line.dataset.warnAt) - now();
  banner.hidden = toWarning > 0;
  if (banner.hidden) {
    ticking = setTimeout(tick, Math.min(toWarning + AFTER, LONGEST));
    return;
  }
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  one("[data-countdown]", line).textContent = seconds ? clock : words.inactiveNow;
  ticking = seconds ? setTimeout(tick, left % SECOND || SECOND) : setTimeout(whenOver, GRACE);
}

/** Counts by what the banner says now; `over` is asked when the time has passed. */
export function countDown(over) {
  whenOver = over;
  tick();
}

on(document, "visibilitychange", () => document.hidden || tick());
