// History: results while one types, more rows in place, and all of it again where that is needed.
import { all, byId, on, one } from "../lib/dom.js";
import { fetchPage } from "../lib/pages.js";
import { showTimes } from "../lib/times.js";
import { page, words } from "./page.js";
import { consolePage } from "./requests.js";
import { toast } from "./toasts.js";

// How long somebody who types is waited for, in milliseconds.
const TYPING = 140;

const search = byId("q");
const list = byId("history");
const welcome = one("[data-part=welcome]");
// What the list is asked for, and what is asked for beneath it. Another list ends both; further rows end only each other.
let searching;
let further;
let wait;

/** What a fetched page has instead of `part`, dressed as it would be here. */
function dressed(part) {
  const { sid } = page.dataset;
  showTimes(part);
  if (sid) one(`[data-row="${CSS.escape(sid)}"]`, part)?.setAttribute("aria-current", "page");
  return part;
}

async function fetchHistory(address, { signal }) {
  const url = new URL(address, location.href);
  url.searchParams.set("fragment", "history");
  const found = await consolePage(url, { signal });
  return dressed(found.getElementById("history") ?? found.body);
}

/** Puts the list at `address` in the place of the one that is there. */
async function showList(address) {
  searching?.abort();
  further?.abort();
  searching = new AbortController();
  try {
    const found = await fetchHistory(address, searching);
    list.replaceChildren(...found.childNodes);
    delete list.dataset.long;
    watchEnd();
  } catch (error) {
    if (error.name !== "AbortError") list.dataset.stale = "";
  }
}

async function find() {
  clearTimeout(wait);
  const query = search.value.trim();
  await showList(query ? `/console?q=${encodeURIComponent(query)}` : "/console");
}

function clearSearch() {
  search.value = "";
  find();
}

async function showMore(more, focus) {
  more.setAttribute("aria-busy", "true");
  further?.abort();
  further = new AbortController();
  try {
    const found = await fetchHistory(more.getAttribute("href"), further);
    if (!more.isConnected) return;
    const known = new Set(all(".session-row", list).map((row) => row.dataset.row));
    const fresh = all(".rows > li", found).filter((item) => !known.has(one(".session-row", item)?.dataset.row));
    one(".rows", list).append(...fresh);
    const next = one("[data-do=more]", found);
    list.dataset.long = "";
    if (next) more.replaceWith(next);
    else if (one(".session-row", list)) more.remove();
    // At the end there is nothing to be seen, which the last page says.
    else list.replaceChildren(...found.childNodes);
    if (focus) one(".session-row", fresh[0] ?? list)?.focus();
    watchEnd();
  } catch (error) {
    more.removeAttribute("aria-busy");
    if (error.name !== "AbortError") toast(words.unreachable, "bad");
  }
}

// Further rows come by themselves when the end of the list comes near.
const end = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen)
      if (isIntersecting && !target.hasAttribute("aria-busy")) showMore(target, false);
  },
  { root: list, rootMargin: "0px 0px 50% 0px" },
);

function watchEnd() {
  end.disconnect();
  const more = one("[data-do=more]", list);
  if (more) end.observe(more);
}

if (search && list) {
  on(search, "input", () => {
    clearTimeout(wait);
    wait = setTimeout(find, TYPING);
  });
  on(search, "keydown", (event) => {
    const first = one(".session-row", list);
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
    if (event.key === "Escape") {
      event.preventDefault();
      if (search.value) clearSearch();
      else search.blur();
    }
  });
  on(search.form, "submit", async (event) => {
    event.preventDefault();
    await find();
    one(".session-row", list)?.click();
  });
  on(list, "click", (event) => {
    if (!event.target.closest("[data-do=clear-search]")) return;
    event.preventDefault();
    search.focus();
    clearSearch();
  });
}

const busyWith = (part) => part.matches(":hover, :focus-within") || Boolean(one("details[open]", part));

// One after the other: what was asked for first must not be shown last.
let looking = Promise.resolve();

/**
 * Asks for the lists again, or for what is open only. What the pointer or the focus is on stays as it is, and so does a
 * search; tells whether all is up to date.
 */
export function lookAgain(these = [list, welcome]) {
  looking = looking.then(() => look(these));
  return looking;
}

async function look(these) {
  const parts = these.filter((part) => part && !(part === list && search?.value));
  if (!parts.some((part) => !busyWith(part))) return false;
  let fresh;
  try {
    fresh = await fetchPage(one("[data-address]", list ?? document)?.dataset.address || "/console");
  } catch {
    return false;
  }
  let whole = true;
  for (const [part, source] of [
    [list, fresh.getElementById("history")],
    [welcome, one("[data-part=welcome]", fresh)],
  ]) {
    if (!parts.includes(part) || !source) continue;
    // What was loaded beyond the first page stays.
    if (part === list && list.dataset.long === "") continue;
    if (busyWith(part)) {
      whole = false;
      continue;
    }
    dressed(source);
    if (part.innerHTML !== source.innerHTML) part.innerHTML = source.innerHTML;
  }
  if (list) watchEnd();
  return whole;
}

if (list) {
  on(list, "click", (event) => {
    const more = event.target.closest("[data-do=more]");
    if (!more) return;
    event.preventDefault();
    showMore(more, true);
  });
  // Another list, of another view, scope or filter: the focus stays on what was chosen.
  on(list, "click", async (event) => {
    const href = event.target.closest("[data-do=list]")?.getAttribute("href");
    if (!href || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await showList(href);
    one(`[data-do=list][href="${CSS.escape(href)}"]`, list)?.focus();
  });
  watchEnd();
}
