// How large the pages are shown: as wide as the screen at first. Two fingers, two buttons, and whoever goes to a field that would be
// too small to read is shown it larger.
import { all, byId, on, one } from "../lib/dom.js";
import { lettersIn } from "./laying.js";
import { paperOf, sizeOf } from "./leaves.js";

const MOST = 4;
const STEP = 1.4;
// The least that one can read and hit, in CSS pixels.
const READABLE = 16;
const EDGE = 12;

const scroll = byId("scroll");
const leaves = byId("leaves");
const still = matchMedia("(prefers-reduced-motion: reduce)");
let zoom = 1;
let widest = 0;

const fit = () => {
  const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(scroll);
  return Math.min(
    scroll.clientWidth - Number.parseFloat(paddingInlineStart) - Number.parseFloat(paddingInlineEnd),
    widest,
  );
};

function show() {
  leaves.style.inlineSize = `${fit() * zoom}px`;
  const [out, into] = all("button", byId("zoom"));
  out.disabled = zoom <= 1;
  into.disabled = zoom >= MOST;
}

/** Shows the pages `next` times as large as the screen is wide; what is at `x`, `y` of the scrolled part stays there. */
function zoomTo(next, x = scroll.clientWidth / 2, y = scroll.clientHeight / 2) {
  const before = leaves.getBoundingClientRect();
  const frame = scroll.getBoundingClientRect();
  const [right, down] = [(frame.left + x - before.left) / before.width, (frame.top + y - before.top) / before.height];
  zoom = Math.min(MOST, Math.max(1, next));
  show();
  const after = leaves.getBoundingClientRect();
  scroll.scrollLeft += after.left + after.width * right - frame.left - x;
  scroll.scrollTop += after.top + after.height * down - frame.top - y;
}

/** Brings a place into the middle of what is seen, large enough to be read. */
export function bring(place) {
  const leaf = place.closest(".leaf");
  // What opens the pad needs only to be hit.
  const isRead = leaf.matches(".laid") && place.dataset.rect && !one(".sign", place);
  if (isRead && scroll.clientWidth < READABLE * 40) {
    const needed = READABLE / ((lettersIn(place) * fit()) / sizeOf(leaf).width);
    if (needed > zoom) zoomTo(needed);
  }
  const [frame, rect] = [scroll.getBoundingClientRect(), place.getBoundingClientRect()];
  const wide = rect.width + 2 * EDGE > frame.width;
  const left = wide ? rect.left - frame.left - EDGE : rect.left + rect.width / 2 - frame.left - frame.width / 2;
  const top = rect.top + rect.height / 2 - frame.top - frame.height / 2;
  scroll.scrollBy({ left, top, behavior: still.matches ? "auto" : "smooth" });
}

const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

function pinch() {
  let start = null;
  const options = { passive: false };
  on(
    scroll,
    "touchstart",
    ({ touches }) => {
      start = touches.length === 2 ? { apart: apart(touches), zoom } : null;
    },
    { passive: true },
  );
  on(
    scroll,
    "touchmove",
    (event) => {
      const { touches } = event;
      if (!start || touches.length !== 2) return;
      event.preventDefault();
      const frame = scroll.getBoundingClientRect();
      const [a, b] = touches;
      const [x, y] = [(a.clientX + b.clientX) / 2 - frame.left, (a.clientY + b.clientY) / 2 - frame.top];
      zoomTo((start.zoom * apart(touches)) / start.apart, x, y);
    },
    options,
  );
  // Safari would enlarge the whole page, with its bars.
  on(scroll, "gesturestart", (event) => event.preventDefault(), options);
}

// The keyboard of a phone covers a part of the screen that the page does not know of.
function keepAboveKeyboard() {
  const view = globalThis.visualViewport;
  if (!view) return;
  on(view, "resize", () => {
    const covered = innerHeight - view.height * view.scale > 1;
    document.body.style.blockSize = covered ? `${view.height}px` : "";
    if (covered) scrollTo(0, 0);
    const place = document.activeElement?.closest("[data-rect]");
    if (covered && place) bring(place);
  });
}

export function dressZoom() {
  const sheets = all(".leaf", leaves).map(paperOf);
  widest = Number.parseFloat(getComputedStyle(one(".doc-decline")).maxInlineSize) || Number.MAX_SAFE_INTEGER;
  byId("zoom").hidden = false;
  show();
  on(byId("zoom"), "click", ({ target }) => {
    const { do: what } = target.closest("[data-do]")?.dataset ?? {};
    if (what === "zoom-in") zoomTo(zoom * STEP);
    // What is nearly as wide as the screen is as wide as the screen.
    else if (what === "zoom-out") zoomTo(zoom < STEP * STEP ? 1 : zoom / STEP);
  });
  new ResizeObserver(show).observe(scroll);
  if (sheets.length) pinch();
  keepAboveKeyboard();
}
