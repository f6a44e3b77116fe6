// What there is to do is moved in the list: by the buttons of a row's handle, by Alt and an arrow, or by dragging the handle. The
// row is there at once; what the server refuses is said, and the list is shown as it is.
import { post, problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { glide, gliding } from "./gliding.js";
import { flush, refresh, renew } from "./parts.js";
import { room } from "./room.js";

// How far a pointer goes before it drags, how near an edge the list scrolls, and how far it scrolls at a time, in pixels.
const STILL = 4;
const EDGE = 56;
const SCROLL = 10;

const rowsOf = (row) => all(":scope > [data-work]", row.parentElement);
const handleOf = (row) => one("[data-do=drag]", row);
const isAfter = (row, other) => Boolean(row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);

let drag = null;
// Moves go out one after the other, as they were made.
let last = Promise.resolve();

async function tell(row, before) {
  const form = one("form[data-move]", row);
  const fields = new URLSearchParams(new FormData(form));
  fields.set("before", before?.dataset.work ?? "");
  fields.set("idempotency_key", freshId());
  const answer = await post(form.action, fields);
  if (!answer.ok) {
    if (answer.status !== 401) toast(problemText(answer), "bad");
    renew("content");
  }
  refresh();
}

function say(row) {
  const [rows, line] = [rowsOf(row), byId("moved")];
  line.textContent = line.dataset.now
    .replace("{title}", one(".work-item-title", row).textContent)
    .replace("{n}", rows.indexOf(row) + 1)
    .replace("{total}", rows.length);
}

/** Lets `row` stand before another one, or last. The others make way, so that the focus stays where it is. */
function place(row, before) {
  const rest = rowsOf(row).filter((other) => other !== row);
  const at = before ? rest.indexOf(before) : rest.length;
  for (const other of rest.slice(0, at)) if (isAfter(row, other)) row.before(other);
  for (const other of rest.slice(at).reverse()) if (!isAfter(row, other)) row.after(other);
}

function move(row, before, settle = gliding(row.parentElement)) {
  place(row, before);
  settle();
  say(row);
  for (const menu of all("details.menu[open]", row)) menu.open = false;
  // What has a key has the focus again once the list was rendered.
  if (!document.activeElement?.dataset.key || !row.contains(document.activeElement)) handleOf(row).focus();
  row.scrollIntoView({ block: "nearest" });
  last = last.then(() => tell(row, before));
}

function step(row, by) {
  const rows = rowsOf(row);
  const to = rows.indexOf(row) + by;
  if (to < 0 || to >= rows.length) return;
  move(row, by < 0 ? rows[to] : rows[to + 1]);
}

// Before the other operations of the room hear of it.
on(
  room,
  "submit",
  (event) => {
    const way = event.target.dataset.move;
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    step(event.target.closest("[data-work]"), way === "up" ? -1 : 1);
  },
  { capture: true },
);

on(room, "keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = event.target.closest("[data-work]");
  if (!by || !event.altKey || !row || !handleOf(row) || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  event.stopPropagation();
  step(row, by);
});

function scrollerOf(row) {
  let box = row.parentElement;
  while (box && !(box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY))) {
    box = box.parentElement;
  }
  return box ?? document.scrollingElement;
}

/** How far the pointer went, also where the list was scrolled beneath it. */
const pulled = () => drag.y - drag.list.getBoundingClientRect().top - drag.grip;
/** How far the row goes with it: not out of its list, which would grow and scroll without end. */
const gone = () => Math.min(Math.max(pulled(), drag.least), drag.most);

/** The row that the dragged one would stand before now; none if it would be the last. Its edge decides: rows differ in height. */
function target() {
  const by = gone();
  const edge = drag.middles.get(drag.row) + by + (Math.sign(by) * drag.row.offsetHeight) / 2;
  return drag.rows.filter((row) => row !== drag.row).find((row) => drag.middles.get(row) > edge);
}

function show() {
  const before = target();
  const at = drag.rows.indexOf(drag.row);
  const to = before ? drag.rows.indexOf(before) : drag.rows.length;
  drag.row.style.translate = `0 ${gone()}px`;
  for (const [n, row] of drag.rows.entries()) {
    if (row === drag.row) continue;
    const up = n > at && n < to;
    const down = n < at && n >= to;
    row.style.translate = `0 ${(Number(down) - Number(up)) * drag.height}px`;
  }
}

function scroll() {
  if (!drag?.moves) return;
  const { top, bottom } = drag.box.getBoundingClientRect();
  const by = pulled();
  if (drag.y < Math.max(top, 0) + EDGE && by > drag.least) drag.box.scrollBy(0, -SCROLL);
  else if (drag.y > Math.min(bottom, innerHeight) - EDGE && by < drag.most) drag.box.scrollBy(0, SCROLL);
  show();
  requestAnimationFrame(scroll);
}

function begin(event) {
  const handle = event.target.closest("[data-do=drag]");
  if (event.button || drag || !handle) return;
  const row = handle.closest("[data-work]");
  const rows = rowsOf(row);
  const list = row.parentElement;
  const { top } = list.getBoundingClientRect();
  const middle = (one) => one.offsetTop + one.offsetHeight / 2;
  const height = row.offsetHeight + Number.parseFloat(getComputedStyle(list).rowGap || 0);
  const middles = new Map(rows.map((one) => [one, middle(one)]));
  const end = (one) => one.offsetTop + one.offsetHeight;
  const [least, most] = [rows[0].offsetTop - row.offsetTop, end(rows.at(-1)) - end(row)];
  drag = { row, rows, list, height, middles, box: scrollerOf(row), y: event.clientY, grip: event.clientY - top };
  Object.assign(drag, { least, most, from: event.clientY, pointer: event.pointerId, moves: false });
}

function follow(event) {
  if (drag?.pointer !== event.pointerId) return;
  drag.y = event.clientY;
  if (drag.moves || Math.abs(drag.y - drag.from) < STILL) return;
  drag.moves = true;
  handleOf(drag.row).setPointerCapture(event.pointerId);
  drag.list.dataset.sorting = "";
  drag.row.dataset.drags = "";
  for (const menu of all("details.menu[open]", drag.list)) menu.open = false;
  scroll();
}

function end(event) {
  if (drag?.pointer !== event.pointerId) return;
  const { row, rows, list, moves } = drag;
  const before = moves ? target() : null;
  drag = null;
  if (!moves) return;
  // The click that ends a drag opens no menu.
  const still = (click) => click.preventDefault();
  on(handleOf(row), "click", still, { once: true });
  setTimeout(() => handleOf(row)?.removeEventListener("click", still));
  const settle = gliding(list);
  const by = Number.parseFloat(row.style.translate.split(" ")[1]);
  const isElsewhere = event.type === "pointerup" && before !== rows[rows.indexOf(row) + 1];
  delete list.dataset.sorting;
  delete row.dataset.drags;
  for (const one of rows) one.style.translate = "";
  if (isElsewhere) move(row, before, settle);
  else glide(row, by);
  flush();
}

on(room, "pointerdown", begin);
on(document, "pointermove", follow);
on(document, "pointerup", end);
on(document, "pointercancel", end);
