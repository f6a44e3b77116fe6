// Reading position. The frame is laid out from its end, so the newest is in view before any script runs; when the reader
// has scrolled up, what is added below must not move what they read.
import { all, byId, on } from "../lib/dom.js";

// How far from the end somebody may be, in pixels, who still follows.
const NEAR = 48;

export const frame = byId("stream-frame");
export const stream = byId("stream");
const jump = byId("jump");
const still = matchMedia("(prefers-reduced-motion: reduce)");

export const isAtEnd = () => Math.abs(frame.scrollTop) < NEAR;
export const toEnd = () => frame.scrollTo({ top: 0, behavior: still.matches ? "auto" : "smooth" });

/** Makes a change without moving what is read; tells whether the reader was at the end. */
export function keepPlace(change) {
  const end = isAtEnd();
  const top = frame.getBoundingClientRect().top;
  const topOf = (item) => item.getBoundingClientRect().top;
  const anchor = end ? null : all("li", stream).find((item) => item.getBoundingClientRect().bottom > top);
  const before = anchor && topOf(anchor);
  change();
  if (anchor?.isConnected) frame.scrollTop += topOf(anchor) - before;
  return end;
}

/** Follows what came: at once for who is at the end, with an offer for who reads further up. */
export function follow(atOnce) {
  if (atOnce) requestAnimationFrame(toEnd);
  else jump.hidden = false;
}

on(jump, "click", () => {
  toEnd();
  jump.hidden = true;
});
on(frame, "scroll", () => {
  if (isAtEnd()) jump.hidden = true;
});
