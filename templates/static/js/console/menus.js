// Menus close when one looks elsewhere, and take the arrow keys.
import { all, on, one } from "../lib/dom.js";

const closeOthers = (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
};
on(document, "pointerdown", closeOthers);
on(document, "focusin", closeOthers);

on(document, "keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    event.preventDefault();
    menu.open = false;
    one("summary", menu).focus();
    return;
  }
  const items = all(".menu-list :is(a, button)", menu);
  const at = items.indexOf(document.activeElement);
  const last = items.length - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? last : at - 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
});
