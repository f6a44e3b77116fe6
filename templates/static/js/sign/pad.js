// The sheet in which one signs: by drawing with a finger, a pen or the mouse, or by typing.
import { all, byId, on, one } from "../lib/dom.js";
import { pathOf, strokesOf } from "./strokes.js";

// How thick the pen is, and how far it moves before that is a point, in CSS pixels.
const PEN = 2.5;
const FAR = 2;
// More than anybody needs for a name, and within what the server takes: 20,000 characters.
const MOST_POINTS = 1_500;

const dialog = byId("pad");
const form = byId("pad-form");
const paper = byId("pad-paper");
const typed = byId("pad-text");
let strokes = [];
let stroke = null;
let taken = null;
let kind = "signature";

const how = () => form.elements.how.value;
const ink = () => one("path", byId("pad-ink"));
const points = () => strokes.reduce((sum, { length }) => sum + length, 0);

function draw() {
  ink().setAttribute("d", pathOf(strokes));
  ink().setAttribute("stroke-width", PEN);
  for (const tool of all(".pad-tools button", form)) tool.disabled = !strokes.length;
}

function fail(text) {
  const error = byId("pad-error");
  one("span", error).textContent = text;
  error.hidden = !text;
}

function choose(way) {
  form.elements.how.value = way;
  for (const part of all("[data-how]", form)) part.hidden = part.dataset.how !== way;
  fail("");
}

const preview = () => {
  byId("pad-typed").textContent = typed.value;
};

const pointOf = ({ clientX, clientY }) => {
  const { left, top, width, height } = paper.getBoundingClientRect();
  return [Math.min(Math.max(clientX - left, 0), width), Math.min(Math.max(clientY - top, 0), height)];
};

function begin(event) {
  if (event.button || stroke || points() > MOST_POINTS) return;
  event.preventDefault();
  paper.setPointerCapture(event.pointerId);
  stroke = { pointer: event.pointerId, points: [pointOf(event)] };
  strokes.push(stroke.points);
  fail("");
  draw();
}

function move(event) {
  if (event.pointerId !== stroke?.pointer) return;
  event.preventDefault();
  const between = event.getCoalescedEvents?.() ?? [];
  for (const one of between.length ? between : [event]) {
    const [x, y] = pointOf(one);
    const [lastX, lastY] = stroke.points.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= FAR && points() <= MOST_POINTS) stroke.points.push([x, y]);
  }
  draw();
}

const end = ({ pointerId }) => {
  if (pointerId === stroke?.pointer) stroke = null;
};

/** What was signed so far, where it fits on this screen. */
function load(value) {
  strokes = [];
  typed.value = kind === "signature" ? form.dataset.customer : lettersOf(form.dataset.customer);
  if (value.startsWith("{")) {
    const { path } = JSON.parse(value);
    const before = strokesOf(path);
    const wide = Math.max(...before.flat().map(([x]) => x));
    const scale = Math.min(1, paper.clientWidth / wide);
    strokes = before.map((points) => points.map(([x, y]) => [x * scale, y * scale]));
  } else if (value) {
    typed.value = value;
  }
}

const lettersOf = (name) =>
  name
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .join("");

function value() {
  if (how() === "type") return typed.value.trim();
  return strokes.length ? JSON.stringify({ path: pathOf(strokes), pen: PEN }) : "";
}

/** Asks for a signature; `give` gets it as the form has it, or an empty text to take it out. */
export function openPad({ kind: asked, value: before, byKey, give }) {
  kind = asked;
  taken = give;
  const { signature, initials, name, short, said } = form.dataset;
  one("h2", dialog).textContent = kind === "signature" ? signature : initials;
  one("label", one("[data-how=type]", form)).textContent = kind === "signature" ? name : short;
  one("[data-do=pad-remove]", form).hidden = !before;
  dialog.showModal();
  choose(before ? (before.startsWith("{") ? "draw" : "type") : byKey ? "type" : "draw");
  load(before);
  draw();
  preview();
  if (how() === "type") typed.focus();
  return said;
}

if (form) {
  on(paper, "pointerdown", begin);
  // A quick stroke is no gesture of the browser's, which would swallow the next tap.
  on(paper, "touchstart", (event) => event.preventDefault(), { passive: false });
  on(paper, "pointermove", move);
  for (const type of ["pointerup", "pointercancel"]) on(paper, type, end);
  on(form, "change", ({ target }) => {
    if (target.name !== "how") return;
    choose(target.value);
  });
  on(typed, "input", preview);
  on(form, "click", ({ target }) => {
    const { do: what } = target.closest("[data-do]")?.dataset ?? {};
    if (what === "pad-undo") strokes.pop();
    else if (what === "pad-clear") strokes = [];
    else if (what === "pad-remove") {
      dialog.close();
      taken("");
    }
    draw();
  });
  on(form, "submit", (event) => {
    event.preventDefault();
    const signed = value();
    if (!signed) {
      fail(form.dataset.empty);
      return;
    }
    dialog.close();
    taken(signed);
  });
}
