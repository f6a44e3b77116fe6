// The pane folds to a rail, and the browser remembers.
import { byId, on, one } from "../lib/dom.js";
import { page, words } from "./page.js";

const fold = one("[data-do=fold]");

function setPane(open) {
  page.dataset.pane = open ? "open" : "closed";
  fold.setAttribute("aria-expanded", String(open));
  const label = open ? words.collapse : words.expand;
  fold.title = label;
  one(".unseen", fold).textContent = label;
}

/** Shows the pane, wherever it is: over the page on a narrow screen. */
export function showPane() {
  const pane = byId("pane");
  if (!matchMedia("(max-width: 60rem)").matches) setPane(true);
  else if (!pane.matches(":popover-open")) pane.showPopover();
}

if (fold) {
  setPane(page.dataset.pane !== "closed" && !/(^|; )parlor_pane=closed/.test(document.cookie));
  on(fold, "click", () => {
    const open = page.dataset.pane === "closed";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    setPane(open);
    // The server reads it, so the next page comes folded. The Cookie Store API is too young to rely on.
    // biome-ignore lint/suspicious/noDocumentCookie: see above
    document.cookie = `parlor_pane=${page.dataset.pane}; Path=/console; Max-Age=31536000; SameSite=Lax${secure}`;
  });
}
