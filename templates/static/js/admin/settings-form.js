// The form of the settings: what hangs on a choice comes and goes with it, a team's changed value is its own, and what is
// not saved is said. The server decides all of it again.
import { all, on, one } from "../lib/dom.js";
import { folded } from "../lib/folded.js";

const form = one("#settings");
const rows = all("[data-setting]", form);
const keyOf = (row) => row.dataset.setting;
const controls = (row) => all("input:not([type=hidden]), select, textarea", row);

/** What a field says, as the table of fields spells it; nothing for none. */
const said = (row) => {
  const set = form.elements[`${keyOf(row)}.set`];
  if (set) return set.value === "true" ? "set" : "";
  const control = form.elements[keyOf(row)];
  return control.type === "checkbox" ? String(control.checked) : control.value;
};

const arrange = () => {
  for (const row of rows) {
    for (const length of all("[data-length]", row)) {
      const set = form.elements[`${keyOf(row)}.set`];
      length.hidden = set ? set.value !== "true" : false;
    }
    if (!row.dataset.needs) continue;
    const of = (key) => said(rows.find((other) => keyOf(other) === key));
    const value = of(row.dataset.needs);
    const holds = row.dataset.is ? row.dataset.is.split(" ").includes(value) : value !== "";
    row.hidden = !holds && !(row.dataset.or && of(row.dataset.or) === "true");
  }
};

/** Marks a team's value as its own, or as inherited. */
const own = (row, is) => {
  const marker = one(".setting-state input", row);
  if (!marker) return;
  marker.disabled = !is;
  one(".setting-own", row).hidden = !is;
  one(".setting-inherited", row).hidden = is;
};

const reset = (row) => {
  const inherits = JSON.parse(row.dataset.inherits);
  for (const control of controls(row)) {
    if (control.type === "checkbox") control.checked = control.name in inherits;
    else control.value = inherits[control.name] ?? "";
  }
  own(row, false);
  one("input, select, textarea", one(".setting-says", row))?.focus();
};

// What the preview shows is nothing that is saved.
const saves = ([name]) => !name.startsWith("preview.");
const state = () => new URLSearchParams([...new FormData(form)].filter(saves)).toString();
const first = state();
let sending = false;
const isUnsaved = () => !sending && (form.dataset.unsaved !== undefined || state() !== first);
const tell = () => {
  one(".settings-unsaved", form).textContent = isUnsaved() ? one("#unsaved").content.textContent : "";
  form.dispatchEvent(new Event("changed"));
};

on(form, "input", (event) => {
  const row = event.target.closest("[data-setting]");
  if (row) own(row, true);
  arrange();
  tell();
});
on(form, "click", (event) => {
  const button = event.target.closest("[data-do=reset]");
  if (!button) return;
  event.preventDefault();
  reset(button.closest("[data-setting]"));
  arrange();
  tell();
});
on(form, "submit", () => {
  sending = true;
});
on(window, "beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});

const find = one("[data-do=find]", form);
on(find, "input", (event) => {
  event.stopPropagation();
  const words = folded(find.value).split(/\s+/).filter(Boolean);
  for (const group of all(".settings-group", form)) {
    const title = one("h2", group).textContent;
    const found = all("[data-setting]", group).filter((row) => {
      const text = folded(`${title} ${row.textContent}`);
      const matches = words.every((word) => text.includes(word));
      row.toggleAttribute("data-unmatched", !matches);
      return matches;
    });
    group.hidden = found.length === 0;
    for (const part of all(".settings-languages, .settings-languages details", group)) {
      part.hidden = !one("[data-setting]:not([data-unmatched])", part);
      if (words.length > 0 && part.matches("details")) part.open = true;
    }
  }
});
on(find, "keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

arrange();
one("[aria-invalid=true]", form)?.focus();
