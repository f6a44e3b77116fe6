// R9: the time that an owner has to answer: a ring that empties, and the figures in it.
import { one } from "../lib/dom.js";
import { now } from "../lib/times.js";
import { room } from "./room.js";

const SECOND = 1_000;
const MINUTE = 60;

let ticking;
let whenOver;

function tick() {
  clearTimeout(ticking);
  const ring = one("[data-ring-until]", room);
  if (!ring) return;
  const left = Date.parse(ring.dataset.ringUntil) - now();
  const seconds = Math.max(0, Math.ceil(left / SECOND));
  one(".ring-left", ring).setAttribute("stroke-dasharray", `${seconds} ${ring.dataset.ringOf}`);
  const figures = `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;
  one("[data-ring-time]", ring).textContent = figures;
  ticking = setTimeout(seconds ? tick : whenOver, seconds ? left % SECOND || SECOND : SECOND / 2);
}

/** Counts by what the room says now; `over` is asked when the time has passed. */
export function countRing(over) {
  whenOver = over;
  tick();
}
