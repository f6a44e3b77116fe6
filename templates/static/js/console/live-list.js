// Lists that follow what happens (docs/live-protocol.md): a connection of their own tells which session changed, and its row
// is fetched. Nothing moves under the pointer or the focus; what has to move waits until they are gone.

import { connection } from "../lib/connection.js";
import { all, byId, make, on, one } from "../lib/dom.js";
import { showTimes } from "../lib/times.js";
import { lookAgain } from "./history.js";
import { showIndicatorOf } from "./indicators.js";
import { notify } from "./notifications.js";
import { page } from "./page.js";
import { consolePage } from "./requests.js";
import { countUnseen, showUnseen } from "./unseen.js";

// In milliseconds: events of one moment are looked at once; a session's row is fetched this often at most; and how often
// lists are asked for while there is no connection, at first and at last.
const TOGETHER = 100;
const ROW_AGAIN = 500;
const AGAIN = 30_000;
const AGAIN_MOST = 300_000;
// The index that what is open is read from is late by a second or two, so it is asked once more.
const INDEXED = 4_000;
// A first connection that takes longer than this may have missed something.
const PROMPT = 2_000;
// How long after a focus was lost it is somewhere else.
const SETTLED = 100;

const FINISHED = ["interaction.completed", "interaction.declined"];

const pane = byId("pane");
const list = byId("history");
const welcome = one("[data-part=welcome]");
const search = byId("q");

const rowOf = (session) => one(`[data-row="${CSS.escape(session)}"]`, list);
const nameIn = (row) => one(".session-row-name", row)?.textContent ?? "";
const canHover = matchMedia("(hover: hover)");
const isBusy = (part) => part.matches(":focus-within") || (canHover.matches && part.matches(":hover"));

// By session: what has to go to its place, with a row that is not in the list yet; and rows that have to go out of it.
const moving = new Map();
const leaving = new Set();
let stale = false;
// The same for what is open.
let opened = [];
let openedStale = false;

/** What a search found, and what was entered last, stays in its order, and nothing comes into it. */
const isFixed = () => Boolean(search?.value) || !one("[data-scope]", list);

/** A session belongs into a list of the scope that holds it. */
function belongs(row) {
  if (isFixed()) return false;
  const { scope, teams } = one("[data-scope]", list).dataset;
  if (scope === "my") return !row.hasAttribute("data-others");
  return scope === "all" || teams.split(" ").some((team) => row.dataset.row.startsWith(team));
}

const timeOf = (item) => Date.parse(one("time", item)?.dateTime);

/** Puts a row before the first one that is older. */
function toPlace(item) {
  const rows = item.parentElement ?? one(".rows", list);
  const at = timeOf(item);
  const older = all(":scope > li", rows).find((other) => other !== item && timeOf(other) < at);
  if (item.parentElement && (older ?? null) === item.nextElementSibling) return;
  rows.insertBefore(item, older ?? null);
}

/** Lets a change of the list be seen: what moves goes the way, what is new comes. */
function withMotion(change) {
  const items = () => all(".rows > li", list);
  const before = new Map(items().map((item) => [item, item.getBoundingClientRect().top]));
  change();
  const tokens = getComputedStyle(page);
  const duration = Number.parseFloat(tokens.getPropertyValue("--slow"));
  if (!duration) return;
  const easing = tokens.getPropertyValue("--ease");
  for (const item of items()) {
    const top = before.get(item);
    const by = top === undefined ? 0 : top - item.getBoundingClientRect().top;
    if (top === undefined) item.animate([{ opacity: 0 }, { opacity: 1 }], { duration, easing });
    else if (by) item.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration, easing });
  }
}

/** Does what waits, as far as the pointer and the focus allow. */
function settle() {
  if (stale && !isBusy(list)) reload();
  if (openedStale && !isBusy(welcome)) welcomeChanged();
  if (isFixed()) moving.clear();
  if (isBusy(list) || !(moving.size || leaving.size)) return;
  withMotion(() => {
    for (const item of leaving) item.remove();
    for (const [session, fresh] of moving) {
      const item = rowOf(session)?.closest("li") ?? fresh;
      if (item) toPlace(item);
    }
  });
  moving.clear();
  leaving.clear();
}

/** Takes a session that is somebody else's now out of a list of one's own. */
function leaveTo(session) {
  const row = rowOf(session);
  if (!row || belongs(row) || search?.value) return;
  moving.delete(session);
  leaving.add(row.closest("li"));
  settle();
}

/** Puts a fetched row in place of the one that is there, or where it belongs. */
function put(session, fresh) {
  const row = rowOf(session);
  if (row) {
    // The link itself stays: it may have the focus.
    for (const name of ["data-over", "data-others"]) row.toggleAttribute(name, fresh.hasAttribute(name));
    row.replaceChildren(...fresh.childNodes);
    moving.set(session, null);
  } else if (!one(".rows", list)) {
    stale = true;
  } else if (belongs(fresh)) {
    const item = make("li", {});
    item.append(fresh);
    moving.set(session, item);
  }
  showUnseen();
  settle();
}

// By session: when its row was fetched last, and who waits for the fetch that is to come.
const fetched = new Map();
const asked = new Map();

/** Something happened to a session: its row is fetched, and then `told` hears of it. */
function changed(session, told = () => {}) {
  if (asked.has(session)) {
    asked.get(session).push(told);
    return;
  }
  asked.set(session, [told]);
  const wait = Math.max(TOGETHER, (fetched.get(session) ?? 0) + ROW_AGAIN - Date.now());
  setTimeout(async () => {
    const waiting = asked.get(session);
    asked.delete(session);
    fetched.set(session, Date.now());
    try {
      const found = one(".session-row", await consolePage(`/console/s/${session}/row`));
      showTimes(found);
      const name = nameIn(found);
      const own = !found.hasAttribute("data-others");
      put(session, found);
      for (const tell of waiting) tell(name, own);
    } catch (error) {
      // Not to be seen any more. For all else there is the next event.
      const gone = error.status === 404 && rowOf(session)?.closest("li");
      if (gone) leaving.add(gone);
      settle();
    }
  }, wait);
}

// R20: where customers finished something since this page was made.
const updated = new Set();

function countUpdate(session) {
  const count = one("[data-updates]", list);
  if (!count || updated.has(session)) return;
  updated.add(session);
  count.textContent = Number(count.textContent) + 1;
  count.hidden = false;
}

function onMessage({ session, seq, at }) {
  const row = rowOf(session);
  const say = (name) => notify("newMessage", session, seq, name);
  countUnseen(session, seq);
  if (!row) {
    changed(session, say);
    return;
  }
  const time = one("time", row);
  if (time) time.dateTime = at;
  showTimes(row);
  moving.set(session, null);
  settle();
  say(nameIn(row));
}

// What is open stands on the welcome page in an order of its own, so all of it is asked for.
function welcomeChanged() {
  if (!welcome) return;
  const ask = async () => {
    openedStale = !(await lookAgain([welcome]));
    showUnseen();
  };
  for (const timer of opened) clearTimeout(timer);
  opened = [ROW_AGAIN, INDEXED].map((pause) => setTimeout(ask, pause));
}

/** Asks for all that lists show. A part that is busy waits. */
async function reload() {
  stale = !(await lookAgain());
  showUnseen();
}

let isOpen = false;
// Whether there was a connection before, and whether something may have been missed.
let before = false;
let missed = false;
let polling;

function poll(pause) {
  clearTimeout(polling);
  polling = setTimeout(() => {
    reload();
    poll(Math.min(2 * pause, AGAIN_MOST));
  }, pause);
}

function heard(frame) {
  const { type, session, seq, event, indicator } = frame;
  if (type === "listening" && missed) {
    missed = false;
    reload();
  }
  if (type !== "listed") return;
  // For what else shows sessions: the board.
  document.dispatchEvent(new CustomEvent("session-listed"));
  if (indicator) {
    showIndicatorOf(session, indicator);
    // A row on its way was read before.
    if (Date.now() - (fetched.get(session) ?? 0) < ROW_AGAIN) changed(session);
    welcomeChanged();
  } else if (event === "message") {
    onMessage(frame);
  } else {
    changed(session, (name, own) => {
      if (event === "customer.joined" && own) notify("joined", session, seq, name);
      if (event === "session.transferred") leaveTo(session);
      if (FINISHED.includes(event) && own && session !== page.dataset.sid) countUpdate(session);
    });
    welcomeChanged();
  }
}

function onState(state, status) {
  if (state === "open") {
    isOpen = true;
    clearTimeout(polling);
    return;
  }
  isOpen = false;
  missed = true;
  // Whoever may not follow lists any more may not ask for them.
  if (!status) poll(AGAIN);
}

if (list && pane.dataset.lists) {
  const { lists: address, ticketUrl } = pane.dataset;
  const begun = Date.now();
  const sign = () => line.ask({ type: "listen" });
  const opened = () => {
    missed ||= before || Date.now() - begun > PROMPT;
    before = true;
    sign();
  };
  const line = connection({ address, ticketUrl, opened, sign, heard, state: onState, endless: true });
  on(list, "pointerleave", settle);
  on(document, "focusout", () => setTimeout(settle, SETTLED));
  if (welcome) on(welcome, "pointerleave", settle);
  // The open room hears of its session over its own connection; lists need that only while they have none.
  on(document, "session-changed", () => isOpen || changed(page.dataset.sid));
}
