// Keys. Single keys can be switched off in their sheet, for those whose speech or hand would press them by accident.
import { all, byId, on, one } from "../lib/dom.js";
import { inBrowser } from "../lib/storage.js";
import { openDialog } from "./dialogs.js";
import { showPane } from "./pane.js";

// How long after `g` a second key belongs to it, in milliseconds.
const TOGETHER = 1_500;
const STORED = "parlor-keys";

const search = byId("q");
const choice = byId("keys-on");
let active = inBrowser.get(STORED) !== "off";
let leader = 0;

if (choice) {
  choice.closest("[hidden]")?.removeAttribute("hidden");
  choice.checked = active;
  on(choice, "change", () => {
    active = choice.checked;
    inBrowser.set(STORED, active ? "on" : "off");
  });
}

function moveRow(step) {
  const main = all(".open-row .session-row");
  const inPane = document.activeElement?.closest(".pane");
  const rows = main.length && !inPane ? main : all(".pane .session-row");
  const last = rows.length - 1;
  const focused = rows.indexOf(document.activeElement);
  const at = focused < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : focused;
  const outside = step > 0 ? 0 : last;
  const row = rows[at < 0 ? outside : Math.max(0, Math.min(last, at + step))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/"() {
    if (!search) return;
    showPane();
    search.focus();
    search.select();
  },
  n() {
    if (byId("new-session")) openDialog("new-session");
    else one("form[data-new] [name=name]")?.focus();
  },
  e() {
    if (one("[data-opens=end]")) openDialog("end");
  },
  j: () => moveRow(1),
  k: () => moveRow(-1),
  g() {
    leader = Date.now();
  },
  h: () => location.assign("/console"),
  "?": () => openDialog("shortcuts"),
};

on(document, "keydown", (event) => {
  const { key, target } = event;
  const typing = target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (event.defaultPrevented) return;
  if (key === "Escape" && typing && !typing.closest("dialog")) typing.blur();
  if (!active || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing) return;
  if (one("dialog[open]") || one("dialog:popover-open")) return;
  const act = keys[key];
  // `h` means something after `g` only.
  if (!act || (key === "h" && Date.now() - leader >= TOGETHER)) return;
  event.preventDefault();
  act();
  if (key !== "g") leader = 0;
});
