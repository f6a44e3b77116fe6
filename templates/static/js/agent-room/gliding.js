// Rows that stand in another order than before go there, so that one sees what became of them. Who wants no motion sees them there.
import { all } from "../lib/dom.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const DURATION = 240;
const EASING = "cubic-bezier(0.2, 0.7, 0.2, 1)";

// What stands within a row goes with it.
const rowsIn = (root) => all(".work-list > [data-work]", root);
const common = (rows, others) => rows.map(({ dataset }) => dataset.work).filter((id) => others.has(id));

/** Lets a row come from where it was seen, so many pixels further down, to where it is. */
export function glide(row, by) {
  if (by && !still.matches)
    row.animate([{ translate: `0 ${by}px` }, { translate: "0 0" }], { duration: DURATION, easing: EASING });
}

/** Remembers where the rows in `root` are; the answer is called once they are elsewhere. */
export function gliding(root) {
  const before = new Map(rowsIn(root).map((row) => [row.dataset.work, row.getBoundingClientRect().top]));
  return () => {
    const rows = rowsIn(root);
    const now = new Map(rows.map((row) => [row.dataset.work, row]));
    const were = [...before.keys()].filter((id) => now.has(id));
    // Rows that only grew or shrank are where one expects them.
    if (were.join() === common(rows, before).join()) return;
    for (const id of were) glide(now.get(id), before.get(id) - now.get(id).getBoundingClientRect().top);
  };
}
