// Messages that were not read yet: a number on each session's row, and their sum in the title. The browser keeps them, so
// that they last from page to page and all tabs say the same.
import { all, make, on, one } from "../lib/dom.js";
import { inBrowser } from "../lib/storage.js";
import { page, words } from "./page.js";
import { countInTitle } from "./title.js";

// Of how many sessions it is kept.
const SESSIONS = 99;
const STORED = `parlor-unseen ${page.dataset.me}`;

const { sid: open } = page.dataset;
const isLookedAt = () => !document.hidden && document.hasFocus();

// By session: the number of the newest message that was counted, and how many were not read.
function counts() {
  try {
    return JSON.parse(inBrowser.get(STORED) || "{}");
  } catch {
    // Not what we kept there.
    return {};
  }
}

function keep(session, seq, count) {
  const { [session]: _, ...others } = counts();
  const kept = [...Object.entries(others).slice(-SESSIONS), [session, [seq, count]]];
  inBrowser.set(STORED, JSON.stringify(Object.fromEntries(kept)));
  showUnseen();
}

/** Counts the message `seq` of a session, once; not while its room is looked at. */
export function countUnseen(session, seq) {
  const [before, count] = counts()[session] ?? [0, 0];
  if (seq <= before) return;
  keep(session, seq, session === open && isLookedAt() ? 0 : count + 1);
}

/** The open room's messages are read. */
function seeOpen() {
  const [seq, count] = counts()[open] ?? [0, 0];
  if (count && isLookedAt()) keep(open, seq, 0);
}

function badge(count) {
  const text = words.unread.replace("{n}", count);
  const box = make("span", { className: "row-count", title: text });
  box.append(make("span", { textContent: count }), make("span", { className: "unseen", textContent: text }));
  box.firstChild.setAttribute("aria-hidden", "true");
  return box;
}

/** Puts the numbers on the rows that are in the page. */
export function showUnseen() {
  const known = counts();
  for (const row of all("[data-row]")) {
    const [, count] = known[row.dataset.row] ?? [0, 0];
    const old = one(".row-count", row);
    if (!count) old?.remove();
    else if (!old) row.append(badge(count));
    else if (old.firstChild.textContent !== String(count)) old.replaceWith(badge(count));
  }
  // The open room counts its own.
  const others = Object.entries(known).filter(([session]) => session !== open);
  countInTitle(
    "others",
    others.reduce((sum, [, [, count]]) => sum + count, 0),
  );
}

on(globalThis, "storage", ({ key }) => key === STORED && showUnseen());
on(globalThis, "focus", seeOpen);
seeOpen();
showUnseen();
