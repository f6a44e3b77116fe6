// The parts of the room are fetched when something changed, and only those put in that are another now. A part that holds
// the focus or an open menu waits until it is left.
import { consolePage } from "../console/requests.js";
import { all, on, one } from "../lib/dom.js";
import { showTimes } from "../lib/times.js";
import { openAnswers, reopenAnswers } from "./answers.js";
import { focusText, setClosed } from "./composer.js";
import { countDown } from "./countdown.js";
import { showFiles } from "./files.js";
import { gliding } from "./gliding.js";
import { showIndicator } from "./presence.js";
import { countRing } from "./ring.js";
import { address, room } from "./room.js";
import { merge } from "./stream.js";

// How long after a focus was lost it is somewhere else, in milliseconds.
const SETTLED = 200;

const partNamed = (name) => one(`[data-part="${name}"]`, room);
// What differs each time that it is rendered, and means nothing to the reader.
const plain = (html) => html.replace(/(name="(?:idempotency_key|csrf)" value=")[^"]*/g, "$1");

// By part: what the server last rendered, and what waits to be put in.
const shown = new Map();
const waiting = new Map();
let state = room.dataset.state;
let refreshing = null;
let again = false;
let heard = "";

// What has a key is found again by it, whatever takes its place.
const keyOf = (part) => part.contains(document.activeElement) && document.activeElement.dataset.key;
const isBusy = (part) =>
  (part.contains(document.activeElement) && !keyOf(part)) ||
  one("details.menu[open], button[aria-busy=true], [data-drags]", part);

// What was chosen or typed in a part and not sent stays, whatever was rendered meanwhile.
const isChosen = (select) => {
  const before = [...select.options].findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(before, 0);
};
const isUnsent = (field) => (field.matches("select") ? isChosen(field) : field.value !== field.defaultValue);
const FIELDS = "select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])";
const unsentIn = (part) =>
  all(FIELDS, part)
    .filter((field) => field.id && !field.closest("form[data-sent]") && isUnsent(field))
    .map(({ id, value }) => [id, value]);
function restore(part, unsent) {
  for (const [id, value] of unsent) {
    const field = one(`[id="${id}"]`, part);
    if (field && (!field.options || [...field.options].some((option) => option.value === value))) field.value = value;
  }
}

function put(part, html) {
  // A session that is another now is shown as it is, whatever one was about to press.
  if (isBusy(part) && room.dataset.state === state) {
    waiting.set(part, html);
    return;
  }
  waiting.delete(part);
  const hadFocus = part.contains(document.activeElement);
  const key = keyOf(part);
  const open = openAnswers(part);
  const unsent = unsentIn(part);
  const settle = gliding(part);
  part.innerHTML = html;
  settle();
  restore(part, unsent);
  showTimes(part);
  reopenAnswers(part, open);
  showFiles(part);
  if (!hadFocus) return;
  const same = key && one(`[data-key="${key}"]`, part);
  if (same) {
    same.focus();
    return;
  }
  const next = one("button, a", part);
  if (next) next.focus();
  else focusText();
}

/** Shows a part as the server has it, the next time that the parts are fetched: the page was ahead of it. */
export const renew = (name) => shown.delete(partNamed(name));

/** Shows a sign of presence. Parts on their way were read before: they must not hide it, nor have the last word. */
export function hear(indicator) {
  const changed = showIndicator(indicator);
  for (const name of ["avatar", "standing", "who"]) shown.delete(partNamed(name));
  if (!changed || !refreshing) return;
  heard = indicator;
  again = true;
}

async function fetchParts() {
  heard = "";
  const fresh = one(".room", await consolePage(`${address}?fragment=room`));
  state = fresh.dataset.state;
  for (const source of all("[data-part]", fresh)) {
    const part = partNamed(source.dataset.part);
    const html = source.innerHTML;
    if (!part || shown.get(part) === plain(html)) continue;
    shown.set(part, plain(html));
    put(part, html);
  }
  if (heard) hear(heard);
  room.dataset.state = state;
  room.toggleAttribute("data-writable", fresh.hasAttribute("data-writable"));
  setClosed(!fresh.hasAttribute("data-writable"));
  merge(all("#stream > [data-seq]", fresh));
  countDown(refresh);
  countRing(refresh);
}

/** Brings the room up to date. Whoever asks meanwhile is answered by the next time. */
export async function refresh() {
  again = Boolean(refreshing);
  if (again) return;
  refreshing = fetchParts();
  try {
    await refreshing;
  } catch {
    // The next frame, or the next reconnect, asks again.
  }
  refreshing = null;
  if (again) refresh();
}

// What is in the page already needs no second look: it is remembered before any script changes its times.
for (const part of all("[data-part]", room)) shown.set(part, plain(part.innerHTML));

/** Puts in what waited, as far as nothing keeps it from that any more. */
export const flush = () =>
  setTimeout(() => {
    for (const [part, html] of waiting) put(part, html);
  }, SETTLED);
on(document, "focusout", flush);
on(document, "toggle", flush, true);

countDown(refresh);
countRing(refresh);
