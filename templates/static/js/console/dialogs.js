// Dialogs: the markup opens them as popovers, so that they work without a script; here they become modal.
import { all, byId, on } from "../lib/dom.js";

export function openDialog(id) {
  const dialog = byId(id);
  if (!dialog || dialog.open) return;
  for (const shown of all("[popover]:popover-open")) shown.hidePopover();
  for (const menu of all("details.menu[open]")) menu.open = false;
  dialog.showModal();
}

on(document, "click", (event) => {
  const opens = event.target.closest("[data-opens]")?.dataset.opens;
  if (opens && byId(opens)) {
    event.preventDefault();
    openDialog(opens);
  }
  const dialog = event.target.closest("[data-do=close]")?.closest("dialog[open]");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
});

// A press outside closes, but for the one dialog that is the end of the page. A drag that only ends outside does not.
for (const dialog of all("dialog.dialog:not(#closed, #handed-over)")) {
  let outside = false;
  on(dialog, "pointerdown", (event) => {
    outside = event.target === dialog;
  });
  on(dialog, "click", (event) => {
    if (outside && event.target === dialog) dialog.close();
  });
}
