// The pages, and how points of them become points of the screen. A field's rectangle is in the page's points from its lower left corner.
import { all, byId, one } from "../lib/dom.js";

// The shortest side of a field, in points.
const LEAST = 4;

export const leaves = all("[data-leaf]", byId("leaves"));
export const leafOf = (page) => leaves[page - 1];
export const paperOf = (page) => one(".paper", leafOf(page));
export const sizeOf = (page) => {
  const { width, height } = leafOf(page).dataset;
  return { width: Number(width), height: Number(height) };
};

/** How many points of the page a pixel of the screen is. */
export const pointsIn = (page) => sizeOf(page).width / paperOf(page).clientWidth;

const within = (number, least, most) => Math.min(Math.max(number, least), Math.max(least, most));
const rounded = (length) => Math.round(length * 100) / 100;

/** The rectangle, on its page as a whole. */
export function onPage([x, y, width, height], page) {
  const { width: wide, height: high } = sizeOf(page);
  const [w, h] = [within(width, LEAST, wide), within(height, LEAST, high)];
  return [within(x, 0, wide - w), within(y, 0, high - h), w, h].map(rounded);
}

/** The rectangle with another size; its upper left corner stays where it is. */
export function sized([x, y, width, height], wider, higher, page) {
  const { width: wide } = sizeOf(page);
  const w = within(width + wider, LEAST, wide - x);
  const h = within(height + higher, LEAST, y + height);
  return [x, y + height - h, w, h].map(rounded);
}

/** Where a point of the screen is on a page, in points from the lower left corner. */
export function pointOn(page, { clientX, clientY }) {
  const { left, bottom } = paperOf(page).getBoundingClientRect();
  const unit = pointsIn(page);
  return [(clientX - left) * unit, (bottom - clientY) * unit];
}

/** The page at a point of the screen, from 1; 0 for none. */
export function pageAt({ clientX, clientY }) {
  const isThere = (leaf) => {
    const { left, top, right, bottom } = one(".paper", leaf).getBoundingClientRect();
    return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  };
  return leaves.findIndex(isThere) + 1;
}

/** The page of which most is to be seen, and the height of its middle on it, in points from below. */
export function pageInView() {
  let best = { page: 1, shown: 0, middle: 0 };
  for (const [at, leaf] of leaves.entries()) {
    const { top, bottom } = one(".paper", leaf).getBoundingClientRect();
    const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
    if (to - from > best.shown)
      best = { page: at + 1, shown: to - from, middle: (bottom - (from + to) / 2) * pointsIn(at + 1) };
  }
  return best;
}

/** In percent of the page, from its upper left corner. */
export function shareOf([x, y, width, height], page) {
  const { width: wide, height: high } = sizeOf(page);
  const percent = (part, whole) => Math.round((10_000 * part) / whole) / 100;
  return {
    left: percent(x, wide),
    top: percent(high - y - height, high),
    width: percent(width, wide),
    height: percent(height, high),
  };
}

/** The rectangle that a share of the page is. */
export function rectOf({ left, top, width, height }, page) {
  const { width: wide, height: high } = sizeOf(page);
  const h = (height * high) / 100;
  return onPage([(left * wide) / 100, high - (top * high) / 100 - h, (width * wide) / 100, h], page);
}
