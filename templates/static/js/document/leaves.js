// The pages of a document: all are in the page, those that were not shown without a script in templates.
import { all, byId, one } from "../lib/dom.js";
import { fetchPage } from "../lib/pages.js";

// The pictures' addresses work for a while only. A picture that does not come is asked for once in this time, in milliseconds.
const PATIENCE = 20_000;

/** Every page in its place. Their pictures are loaded when they are about to be seen. Called once all pages are as they stay, what
 * is returned brings the page that was there alone back to where it was seen. */
export function unfold() {
  const [scroll, shown] = [byId("scroll"), one(".leaf", byId("leaves"))];
  const before = shown.getBoundingClientRect().top;
  for (const template of all("template[data-leaf]", byId("leaves"))) template.replaceWith(template.content);
  return () => {
    scroll.scrollTop += shown.getBoundingClientRect().top - before;
  };
}

const pictures = (root) =>
  all("template[data-leaf]", root)
    .flatMap((template) => [...template.content.querySelectorAll(".paper > img")])
    .concat(all(".paper > img", root));
const addressOf = (picture) => picture.getAttribute("src");
// The address without what lets this reader see it for a while.
const nameOf = (picture) => addressOf(picture).split("?")[0];

/** Gives pictures that do not come any more their new addresses. */
export function watchPictures() {
  let last = 0;
  const again = async () => {
    if (Date.now() - last < PATIENCE) return;
    last = Date.now();
    try {
      const fresh = pictures(await fetchPage(location.pathname + location.search));
      for (const picture of all(".paper > img")) {
        const now = fresh.find((other) => nameOf(other) === nameOf(picture));
        if (now && !(picture.complete && picture.naturalWidth)) picture.src = addressOf(now);
      }
    } catch {
      // Without a connection; the fields work without the picture.
    }
  };
  for (const picture of all(".paper > img")) {
    picture.addEventListener("error", again);
    if (picture.complete && !picture.naturalWidth && picture.loading !== "lazy") again();
  }
}

/** Says which page one looks at: the one of which most is seen. */
export function sayWhere() {
  const shown = new Map();
  const { page: words } = byId("bar").dataset;
  const leaves = all(".leaf", byId("leaves"));
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRect } of entries) shown.set(target, intersectionRect.height);
      const [first] = [...shown].sort(([, one], [, other]) => other - one);
      byId("where").textContent = words.replace("{n}", first[0].dataset.leaf).replace("{total}", leaves.length);
    },
    { root: byId("scroll"), threshold: [0, 0.25, 0.5, 0.75, 1] },
  );
  for (const leaf of leaves) watch.observe(leaf);
}

/** A page's size in points, and the page itself. */
export const sizeOf = (leaf) => ({ width: Number(leaf.dataset.width), height: Number(leaf.dataset.height) });
export const paperOf = (leaf) => one(".paper", leaf);
