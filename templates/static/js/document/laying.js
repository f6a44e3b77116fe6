// Lays the fields over their page: where each stands is in the page's points, from its lower left corner, and what is written in it
// is as large as it will be on paper.
import { all, byId, one } from "../lib/dom.js";
import { paperOf, sizeOf } from "./leaves.js";

// As the completed document has it, in points: the largest letters where the form says nothing, and a line's height in letters.
const LARGEST = 12;
const LINE = 1.25;
const SMALL = 10;
// How wide a letter of the font for cells is in its size, about.
const LETTER = 0.6;

const rectOf = (place) => place.dataset.rect.split(" ").map(Number);
const placesOf = (leaf) => all("[data-rect]", leaf);

/** How large a typed signature is in a place, against what else is written there. */
export function typedIn(place) {
  const [, , , height] = rectOf(place);
  return Math.min(28, height / LINE) / SMALL;
}

/** How large the letters in a place are, in points. */
export function lettersIn(place) {
  const { size, kind, turn } = place.dataset;
  const [, , width, height] = rectOf(place);
  const line = turn === "90" || turn === "270" ? width : height;
  if (kind === "multiline" || kind === "signature" || kind === "initials") return Number(size) || SMALL;
  return Math.max(4, Number(size) || Math.min(line / LINE, LARGEST));
}

function stand(place, leaf) {
  const { width: wide, height: high } = sizeOf(leaf);
  const [x, y, width, height] = rectOf(place);
  const share = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(place.style, {
    left: share(x, wide),
    top: share(high - y - height, high),
    width: share(width, wide),
    height: share(height, high),
  });
}

/** What hangs on how large a page is shown. */
function measure(leaf) {
  const unit = paperOf(leaf).clientWidth / sizeOf(leaf).width;
  for (const place of placesOf(leaf)) {
    const input = one(".input, .sign", place);
    if (!input) continue;
    const letters = lettersIn(place) * unit;
    const [, , width, height] = rectOf(place).map((length) => length * unit);
    const { style } = input;
    style.fontSize = `${letters}px`;
    const cells = Number(place.dataset.cells);
    if (cells) {
      const apart = width / cells - letters * LETTER;
      style.letterSpacing = `${apart}px`;
      style.paddingInlineStart = `${apart / 2}px`;
    }
    const turn = Number(place.dataset.turn) || 0;
    if (turn === 90 || turn === 270) {
      Object.assign(style, { inset: "auto", width: `${height}px`, height: `${width}px` });
      Object.assign(style, { left: `${(width - height) / 2}px`, top: `${(height - width) / 2}px` });
    }
    if (turn) style.rotate = `${-turn}deg`;
  }
}

/** Pages without a picture keep their list. */
export function lay() {
  const leaves = all(".leaf:not([data-bare])", byId("leaves"));
  for (const leaf of leaves) {
    leaf.classList.add("laid");
    // Put there anew, the list is not something that moves while it is read.
    leaf.append(one(".blanks", leaf));
    for (const place of placesOf(leaf)) {
      stand(place, leaf);
      const input = one(".input", place);
      if (input && place.dataset.cells) input.dataset.cells = "";
      if (place.hidden) place.hidden = false;
    }
  }
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) measure(target.closest(".leaf"));
  });
  for (const leaf of leaves) watch.observe(paperOf(leaf));
}
