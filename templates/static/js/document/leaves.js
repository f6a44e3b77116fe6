// The pages of a document: all are in the page, those that were not shown without a script in templates.
import { all, byId, one } from "../lib/dom.js";
import { fetchPage } from "../lib/pages.js";

// The pictures' addresses work for a while only. A picture that does not come is asked for once in this time, in milliseconds.
const PATIENCE = 20_000;

/** Every page in its place. Their pictures are loaded when they are about to be seen. */
export function unfold() {
  for (const template of all("template[data-leaf]", byId("leaves"))) template.replaceWith(template.content);
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

/** A page's size in points, and the page itself. */
export const sizeOf = (leaf) => ({ width: Number(leaf.dataset.width), height: Number(leaf.dataset.height) });
export const paperOf = (leaf) => one(".paper", leaf);
