// The palette: Ctrl-K, or Command-K, on any page. Actions are those that the page itself offers, customers come from the
// history's search, settings from the page of the settings; so there is nothing here that is not elsewhere too.
import { all, byId, make, on, one } from "../lib/dom.js";
import { folded } from "../lib/folded.js";
import { fetchPage } from "../lib/pages.js";
import { openDialog } from "./dialogs.js";

// How long somebody who types is waited for, in milliseconds.
const TYPING = 140;
// How many of a kind are shown at most: further letters make them fewer.
const MOST = 8;
// What a page offers to do. A row's own menu belongs to the row.
const OFFERED = [
  ".pane-new",
  ".admin-nav a",
  ".admin-foot > a",
  ".me .menu-list :is(a, button)",
  "main .menu-list :is(a, button)",
  "main [data-opens]",
].join(", ");
const NOT_OFFERED = "[data-do=palette], dialog *, .rows *, table *, [hidden], [hidden] *, [disabled]";

const dialog = byId("palette");
const field = byId("palette-field");
const found = byId("palette-found");
const status = one(".palette-none");
const words = found?.dataset;
let asked;
let wait;
let showing;
// Whether the reader chose a row: it stays chosen when more is found.
let chose;
let settings;

/** Whether each word of the query starts a word of the text. */
function names(text, query) {
  const words = folded(text).split(/[^\p{L}\p{N}]+/u);
  return folded(query)
    .split(/\s+/)
    .every((start) => words.some((word) => word.startsWith(start)));
}

const icon = (template) => byId(template).content.firstElementChild.cloneNode(true);

/** What an element says to be, without the key that presses it. */
function label(element) {
  const copy = element.cloneNode(true);
  for (const part of all("kbd, svg", copy)) part.remove();
  return copy.textContent.trim() || element.title;
}

function actions(query) {
  const seen = new Set();
  return all(OFFERED)
    .filter((element) => !element.matches(NOT_OFFERED))
    .map((element) => ({ name: label(element), icon: one("svg", element), element }))
    .filter(({ name }) => name && names(name, query) && !seen.has(name) && seen.add(name))
    .map(({ name, icon: own, element }) => ({
      name,
      icon: own?.cloneNode(true) ?? icon("palette-action"),
      act: () => element.click(),
    }));
}

function customer(row) {
  return {
    name: one(".session-row-name, bdi", row).textContent,
    about: one(".session-row-last", row)?.textContent,
    icon: one(".avatar", row)?.cloneNode(true),
    href: row.getAttribute("href"),
  };
}

async function customers(query, signal) {
  if (!query) return all(".pane .session-row").slice(0, MOST).map(customer);
  const history = await fetchPage(`/console?fragment=history&q=${encodeURIComponent(query)}`, { signal });
  return all(".session-row", history).map(customer);
}

async function settingsNamed(query) {
  if (!query || !("settings" in dialog.dataset)) return [];
  settings ??= fetchPage("/admin/settings").then((page) =>
    all("[data-setting]:not([hidden])", page).map((row) => ({
      name: row.dataset.label,
      about: one("h2", row.closest("section, fieldset"))?.textContent,
      href: `/admin/settings#${row.id}`,
    })),
  );
  // Asked for again next time, should this one not be answered.
  settings.catch(() => {
    settings = undefined;
  });
  return (await settings)
    .filter(({ name, about }) => names(`${name} ${about ?? ""}`, query))
    .map((setting) => ({ ...setting, icon: icon("palette-setting") }));
}

function option({ name, about, icon: sign, href, act }, number) {
  const row = make(href ? "a" : "div", { id: `palette-${number}`, role: "option", ariaSelected: "false" });
  if (href) Object.assign(row, { href, tabIndex: -1 });
  if (sign) row.append(sign);
  row.append(make("bdi", { className: "palette-name", textContent: name }));
  if (about) row.append(make("span", { className: "palette-about small muted", textContent: about }));
  on(row, "click", () => {
    dialog.close();
    act?.();
  });
  return row;
}

function group(name, entries, first) {
  const part = make("div", { role: "group", ariaLabel: name });
  const heading = make("p", { className: "palette-of", textContent: name, ariaHidden: "true" });
  part.append(heading, ...entries.map((entry, at) => option(entry, first + at)));
  return part;
}

const options = () => all("[role=option]", found);
const selected = () => one("[aria-selected=true]", found);

function select(row) {
  const before = selected();
  if (before) before.ariaSelected = "false";
  if (row) row.ariaSelected = "true";
  row?.scrollIntoView({ block: "nearest" });
  if (row) field.setAttribute("aria-activedescendant", row.id);
  else field.removeAttribute("aria-activedescendant");
}

/** Shows what is known at once, and the rest when it is there; an answer to what was typed before is not shown. */
async function show() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const query = field.value.trim();
  const parts = { customers: [], actions: actions(query).slice(0, query ? MOST : undefined), allSettings: [] };
  const render = (done) => {
    if (signal.aborted) return;
    const chosen = chose && selected()?.textContent;
    let first = 0;
    const groups = [];
    for (const [kind, entries] of Object.entries(parts)) {
      if (entries.length) groups.push(group(words[kind], entries, first));
      first += entries.length;
    }
    found.replaceChildren(...groups);
    select(options().find((row) => row.textContent === chosen) ?? options()[0]);
    status.textContent = done && !groups.length ? status.dataset.none : "";
  };
  const put = async (kind, asking) => {
    parts[kind] = (await asking.catch(() => [])).slice(0, MOST);
    render(false);
  };
  render(false);
  await Promise.all([put("customers", customers(query, signal)), put("allSettings", settingsNamed(query))]);
  render(true);
}

function open() {
  if (one("dialog[open]:not(#palette)")) return;
  openDialog("palette");
  field.value = "";
  chose = false;
  field.focus();
  showing = show();
}

if (dialog) {
  for (const entry of all("[data-do=palette]")) on(entry, "click", open);
  on(document, "keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  on(field, "input", () => {
    chose = false;
    clearTimeout(wait);
    wait = setTimeout(() => {
      wait = undefined;
      showing = show();
    }, TYPING);
  });
  on(field, "keydown", async (event) => {
    const rows = options();
    const at = rows.indexOf(selected());
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && rows.length) {
      event.preventDefault();
      chose = true;
      select(rows[(to + rows.length) % rows.length]);
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      // Whoever is quicker than the list means what they typed.
      if (wait) {
        clearTimeout(wait);
        wait = undefined;
        showing = show();
        await showing;
      }
      if (!selected()) await showing;
      selected()?.click();
    }
  });
  // The pointer chooses by moving: rows that come to stand under it choose nothing.
  on(found, "pointermove", (event) => {
    const row = event.target.closest("[role=option]");
    if (!row || row === selected()) return;
    chose = true;
    select(row);
  });
}
