// The kinds of fields: pressed, one is placed on the page in view; dragged, where it is dropped.
import { byId, make, on } from "../lib/dom.js";
import { add, find, freshName, labelOf, list, said } from "./model.js";
import { onPage, pageAt, pageInView, pointOn, sizeOf } from "./pages.js";
import { focusOn, tell } from "./spots.js";

// How large a new field is, in points.
const SIZES = {
  text: [170, 20],
  multiline: [240, 64],
  date: [96, 20],
  number: [96, 20],
  checkbox: [14, 14],
  choice: [150, 20],
  signature: [190, 46],
  initials: [64, 34],
};
const STILL = 6;
const APART = 8;

const kinds = byId("kinds");
let drag = null;

/** A place as near as possible to the one that is wanted, where no other field is. */
function free(rect, page) {
  const meets = ([x, y, width, height]) =>
    list().some(({ page: own, rect: [left, low, wide, high] }) => {
      const apart = x + width <= left || left + wide <= x || y + height <= low || low + high <= y;
      return own === page && !apart;
    });
  const [x, y, width, height] = rect;
  const { height: high } = sizeOf(page);
  for (let down = 0; down < high; down += height + APART) {
    for (const at of [y - down, y + down]) {
      const next = onPage([x, at, width, height], page);
      if (!meets(next)) return next;
    }
  }
  return onPage(rect, page);
}

function place(button, page, [x, y], isFree) {
  const { kind, name } = button.dataset;
  const [width, height] = SIZES[kind];
  const wanted = [x - width / 2, y - height / 2, width, height];
  const field = {
    name: freshName(name),
    type: kind,
    page,
    rect: isFree ? free(wanted, page) : onPage(wanted, page),
    required: kind !== "checkbox",
  };
  if (kind === "choice") field.options = [1, 2].map((number) => said.option.replace("{n}", number));
  if (list().length >= Number(said.most)) {
    tell(said.faultMany);
    return;
  }
  const id = add(field);
  tell(said.placed.replace("{name}", labelOf(find(id))).replace("{n}", page));
  focusOn(id);
}

function begin(event) {
  const button = event.target.closest("[data-kind]");
  if (event.button || !button || drag) return;
  drag = { button, pointer: event.pointerId, from: [event.clientX, event.clientY], ghost: null };
  button.setPointerCapture(event.pointerId);
}

function move(event) {
  if (drag?.pointer !== event.pointerId) return;
  const { clientX, clientY } = event;
  const [x, y] = drag.from;
  if (!drag.ghost) {
    if (Math.hypot(clientX - x, clientY - y) < STILL) return;
    drag.ghost = make("span", { className: "spot-ghost", textContent: drag.button.dataset.name });
    document.body.append(drag.ghost);
  }
  Object.assign(drag.ghost.style, { left: `${clientX}px`, top: `${clientY}px` });
}

function end(event) {
  if (drag?.pointer !== event.pointerId) return;
  const { button, ghost } = drag;
  drag = null;
  if (!ghost) return;
  ghost.remove();
  // The click that follows is no press.
  button.dataset.dragged = "";
  setTimeout(() => delete button.dataset.dragged);
  const page = event.type === "pointerup" && pageAt(event);
  if (page) place(button, page, pointOn(page, event), false);
}

on(kinds, "pointerdown", begin);
on(document, "pointermove", move);
on(document, "pointerup", end);
on(document, "pointercancel", end);
on(kinds, "click", ({ target }) => {
  const button = target.closest("[data-kind]");
  if (!button || "dragged" in button.dataset) return;
  const { page, middle } = pageInView();
  place(button, page, [sizeOf(page).width / 2, middle], true);
});
