// The stream: what happened and what was said, in the server's order.
import { page, words } from "../console/page.js";
import { dayOf } from "../console/wording.js";
import { attached } from "../lib/attached.js";
import { all, byId, make, on, one } from "../lib/dom.js";
import { linked } from "../lib/linked.js";
import { now, showTimes } from "../lib/times.js";
import { follow, frame, keepPlace, stream } from "./reading.js";
import { api } from "./room.js";
import { countUnread, isAway, markSinceLastTime, markUnread, see } from "./unread.js";

// Messages of one sender within five minutes stand together.
const TOGETHER = 300_000;

let lastSeq = Number(page.dataset.seq ?? 0);

const timeOf = (item) => Date.parse(item.dataset.at);

function dayLine(text) {
  const line = make("li", { className: "day" });
  line.append(make("span", { textContent: text }));
  return line;
}

function isContinued(last, item) {
  const name = (message) => one(".msg-name", message).textContent;
  if (!last?.matches(".msg") || last.dataset.from !== item.dataset.from || name(last) !== name(item)) return false;
  return timeOf(item) - timeOf(last) < TOGETHER;
}

/** Days and heads depend on the reader's zone and on the neighbours, so they are told again after every change. */
export function tidy() {
  let last = null;
  let day = "";
  for (const old of all(":scope > .day", stream)) old.remove();
  for (const item of all(":scope > li", stream)) {
    if (item.matches(".unread")) last = null;
    const at = timeOf(item);
    if (Number.isNaN(at)) continue;
    const itsDay = dayOf(at);
    if (itsDay !== day) {
      day = itsDay;
      last = null;
      const above = item.previousElementSibling;
      (above?.matches(".unread") ? above : item).before(dayLine(day));
    }
    if (item.matches(".msg")) item.toggleAttribute("data-follows", isContinued(last, item));
    last = item;
  }
  one(".stream-empty", stream)?.remove();
}

/** Puts an entry where its number says, or last without one; tells whether it was not there before. */
export function place(item) {
  const seq = Number(item.dataset.seq);
  const known = seq ? one(`[data-seq="${seq}"]`, stream) : null;
  if (known) {
    // Nothing but a changed entry is put in again: it may be under the pointer.
    if (known.textContent !== item.textContent && !known.matches(".msg")) known.replaceWith(item);
    return false;
  }
  const after = all("[data-seq]", stream).findLast((other) => Number(other.dataset.seq) < seq);
  if (!seq) stream.append(item);
  else if (after) after.after(item);
  else stream.prepend(item);
  lastSeq = Math.max(lastSeq, seq || 0);
  return true;
}

/** Adds an entry for the reader to see: their own, or news to them, or `quiet`, one that only was missing. */
export function add(item, { own = false, quiet = false } = {}) {
  let added = false;
  const wasAtEnd = keepPlace(() => {
    added = place(item);
    if (!added) return;
    item.dataset.new = "";
    if (!own && !quiet && isAway()) markUnread(item);
    tidy();
  });
  showTimes(item);
  if (!added || quiet) return;
  if (!own && isAway()) countUnread();
  follow(own || wasAtEnd);
  see(lastSeq);
}

/** A message as the server would render it; without a number it is on its way. */
export function bubble({ seq, id = "", from, name, text, links, at, attachment }) {
  const item = byId("message-template").content.firstElementChild.cloneNode(true);
  if (seq) item.dataset.seq = seq;
  Object.assign(item.dataset, { id, from, at });
  one(".msg-name", item).textContent = name;
  one("time", item).dateTime = at;
  const line = one(".msg-text", item);
  line.append(...linked(text, links));
  if (attachment) line.after(attached(attachment, `${api}/messages/${seq}`, false));
  return item;
}

/** Says at a message how it is doing; nothing when there is nothing to say. */
export function say(item, status) {
  const line = one(".msg-status", item);
  line.hidden = !status;
  line.textContent = status;
  item.toggleAttribute("data-pending", status === words.sending);
}

export function ownBubble({ id, text }) {
  const at = new Date(now()).toISOString();
  const item = bubble({ id, from: "agent", name: page.dataset.me, text, at });
  say(item, words.sending);
  return item;
}

/** The bubble of a message that the server has not confirmed. */
export const pendingBubble = (id) => all(".msg:not([data-seq])", stream).find((item) => item.dataset.id === id);

/** The server has this message, and says where its links are. */
export function settle(item, { seq, at, links }) {
  if (!seq || !item.isConnected) return;
  say(item, "");
  const text = one(".msg-text", item);
  if (links) text.replaceChildren(...linked(text.textContent, links));
  delete item.dataset.failed;
  const twin = one(`[data-seq="${seq}"]`, stream);
  if (twin && twin !== item) {
    drop(item);
    return;
  }
  item.dataset.seq = seq;
  if (at) {
    item.dataset.at = at;
    one("time", item).dateTime = at;
    showTimes(item);
  }
  lastSeq = Math.max(lastSeq, seq);
}

export function drop(item) {
  item.remove();
  tidy();
}

export const isShown = (id) => all(".msg", stream).some((item) => item.dataset.id === id);

/** Shows what a fetched page has: messages that were on their way, what was missing, and what is new. */
export function merge(entries) {
  for (const item of entries) {
    const seq = Number(item.dataset.seq);
    const twin = item.dataset.id && pendingBubble(item.dataset.id);
    if (twin) {
      settle(twin, { seq, at: item.dataset.at });
      one(".msg-text", twin).replaceChildren(...one(".msg-text", item).childNodes);
    } else add(item, { quiet: seq <= lastSeq });
  }
}

if (one("[data-seq]", stream)) tidy();
if (markSinceLastTime()) tidy();
see(lastSeq);
on(globalThis, "focus", () => see(lastSeq));
on(frame, "scroll", () => see(lastSeq));
