// Prepared texts: `/` in an empty composer opens a list that typing narrows, as in a combobox. Enter puts a text into the
// composer; it is sent by a second Enter, as anything else that is there. The field stays a text field of several lines, so its role
// is that and not `combobox`; which row is meant is said by `aria-activedescendant`.
import { all, byId, make, on, one } from "../lib/dom.js";
import { folded } from "../lib/folded.js";
import { composer, setText } from "./composer.js";

// How long a list that was read counts, in milliseconds, and how many pages of it are read.
const FRESH = 60_000;
const PAGES = 5;

const text = byId("text");
const list = byId("prepared");
const told = byId("prepared-told");
let texts = null;
let readAt = 0;
let shown = [];
// What was typed when the list was closed by hand: it stays closed until that is gone.
let closedBy = false;

async function read() {
  const found = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await fetch(`${list.dataset.texts}${cursor}`, { headers: { accept: "application/json" } });
    if (!answer.ok) return found;
    const { items, next_cursor: next } = await answer.json();
    found.push(...items);
    if (!next) break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  return found.sort((one, other) => one.title.localeCompare(other.title));
}

async function known() {
  if (!texts || Date.now() - readAt > FRESH) {
    readAt = Date.now();
    texts = read().catch(() => {
      readAt = 0;
      return [];
    });
  }
  return texts;
}

const isOpen = () => !list.hidden;
const chosen = () => one("[aria-selected=true]", list);

function choose(row) {
  const before = chosen();
  if (before) before.ariaSelected = "false";
  row.ariaSelected = "true";
  row.scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-activedescendant", row.id);
}

function close() {
  list.hidden = true;
  list.replaceChildren();
  shown = [];
  told.textContent = "";
  text.removeAttribute("aria-activedescendant");
}

function insert(row) {
  const { text: prepared } = shown[all("[role=option]", list).indexOf(row)];
  close();
  setText(prepared.replaceAll("{name}", list.dataset.name));
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function option({ title, text: prepared }, at) {
  const row = make("li", { id: `prepared-${at}`, role: "option", ariaSelected: "false", className: "prepared-row" });
  row.append(
    make("bdi", { className: "prepared-title", textContent: title }),
    make("span", {
      className: "small muted prepared-text",
      dir: "auto",
      textContent: prepared.replaceAll("{name}", list.dataset.name),
    }),
  );
  return row;
}

/** Shows what fits, or nothing where the composer has something else in it. */
async function offer() {
  const isAsking = text.value.startsWith("/") && !text.value.includes("\n") && !text.readOnly;
  if (!isAsking) {
    closedBy = false;
    close();
    return;
  }
  if (closedBy) return;
  const asked = text.value;
  const all = await known();
  // Typed on meanwhile: the later one shows the list.
  if (text.value !== asked || closedBy || !all.length) return;
  const typed = folded(asked.slice(1).trim());
  const fits = (words) => folded(words).includes(typed);
  shown = all.filter(({ title }) => fits(title));
  if (typed) shown.push(...all.filter((entry) => !shown.includes(entry) && fits(entry.text)));
  list.hidden = false;
  if (shown.length) {
    list.replaceChildren(...shown.map(option));
    choose(list.firstElementChild);
    told.textContent = list.dataset.count.replace("{n}", shown.length);
  } else {
    list.hidden = true;
    list.replaceChildren();
    text.removeAttribute("aria-activedescendant");
    told.textContent = list.dataset.none;
  }
}

function move(by) {
  const rows = all("[role=option]", list);
  const at = rows.indexOf(chosen());
  choose(rows[(at + by + rows.length) % rows.length]);
}

function press(event) {
  if (!isOpen() || event.isComposing) return;
  const rows = all("[role=option]", list);
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "PageDown") choose(rows.at(-1));
  else if (event.key === "PageUp") choose(rows[0]);
  else if (event.key === "Enter" || event.key === "Tab") insert(chosen());
  else if (event.key === "Escape") {
    closedBy = true;
    close();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

if (list) {
  one("[data-slash]", composer).hidden = false;
  on(text, "input", offer);
  // Before the composer hears of it, which would send.
  on(composer, "keydown", press, { capture: true });
  on(text, "blur", close);
  on(text, "focus", offer);
  // The focus stays where one writes.
  on(list, "pointerdown", (event) => event.preventDefault());
  on(list, "click", ({ target }) => {
    const row = target.closest("[role=option]");
    if (row) insert(row);
  });
}
