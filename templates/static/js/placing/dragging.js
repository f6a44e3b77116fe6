// Fields are moved and sized by mouse, finger or pen. They snap to each other; with Alt they do not.
import { make, on } from "../lib/dom.js";
import { change, choose, chosenField, find, list } from "./model.js";
import { leaves, onPage, pageAt, paperOf, pointOn, pointsIn, sized, sizeOf } from "./pages.js";
import { idOf, spotOf } from "./spots.js";

// How far a pointer goes before it drags, and how near lines draw each other, in pixels.
const STILL = 3;
const NEAR = 5;

let drag = null;
let drags = 0;
let guides = [];

const clear = () => {
  for (const guide of guides) guide.remove();
  guides = [];
};

function guide(page, isAcross, at) {
  const { width, height } = sizeOf(page);
  const line = make("span", { className: isAcross ? "guide guide-across" : "guide" });
  if (isAcross) line.style.top = `${(100 * (height - at)) / height}%`;
  else line.style.left = `${(100 * at) / width}%`;
  paperOf(page).append(line);
  guides.push(line);
}

/** How far `lines` of a field have to go to meet a line of another, and that line; nothing if none is near. */
function nearest(lines, others, near) {
  let best = null;
  for (const line of lines) {
    for (const other of others) {
      const off = other - line;
      if (Math.abs(off) <= near && (!best || Math.abs(off) < Math.abs(best.off))) best = { off, at: other };
    }
  }
  return best;
}

const acrossOf = ([x, , width]) => [x, x + width];
const upOf = ([, y, , height]) => [y, y + height];

function snapped(id, rect, page, isSizing) {
  clear();
  const others = list().filter((field) => field.id !== id && field.page === page);
  const near = NEAR * pointsIn(page);
  const [x, y, width, height] = rect;
  const across = nearest(
    isSizing ? [x + width] : acrossOf(rect),
    others.flatMap((field) => acrossOf(field.rect)),
    near,
  );
  const up = nearest(
    isSizing ? [y] : upOf(rect),
    others.flatMap((field) => upOf(field.rect)),
    near,
  );
  if (across) guide(page, false, across.at);
  if (up) guide(page, true, up.at);
  const [right, higher] = [across?.off ?? 0, up?.off ?? 0];
  if (isSizing) return sized(rect, right, -higher, page);
  return onPage([x + right, y + higher, width, height], page);
}

function begin(event) {
  const spot = event.target.closest(".spot");
  if (event.button || drag || !spot) return;
  const field = find(idOf(spot));
  const wasChosen = chosenField()?.id === field.id;
  spot.focus({ preventScroll: true });
  choose(field.id);
  // A finger scrolls over what is not chosen.
  if (event.pointerType === "touch" && !wasChosen) return;
  drags += 1;
  drag = {
    id: field.id,
    run: `drag ${drags}`,
    pointer: event.pointerId,
    isSizing: Boolean(event.target.closest(".spot-size")),
    from: [event.clientX, event.clientY],
    grip: pointOn(field.page, event),
    rect: field.rect,
    page: field.page,
    moves: false,
  };
  spot.setPointerCapture(event.pointerId);
}

function move(event) {
  if (drag?.pointer !== event.pointerId) return;
  const far = Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]);
  if (!drag.moves && far < STILL) return;
  drag.moves = true;
  // On a phone, what lies over the page makes way.
  document.body.dataset.drags = "";
  const [x, y, width, height] = drag.rect;
  const page = drag.isSizing ? drag.page : pageAt(event) || find(drag.id).page;
  const [right, up] = pointOn(page, event).map((at, axis) => at - drag.grip[axis]);
  let rect = drag.isSizing ? sized(drag.rect, right, -up, page) : onPage([x + right, y + up, width, height], page);
  if (event.altKey) clear();
  else rect = snapped(drag.id, rect, page, drag.isSizing);
  change(drag.id, { rect, page }, drag.run);
}

function end(event) {
  if (drag?.pointer !== event.pointerId) return;
  // A field that went to another page is another page's now, and the focus with it.
  if (drag.moves) {
    spotOf(drag.id)?.focus({ preventScroll: true });
    spotOf(drag.id)?.scrollIntoView({ block: "nearest" });
  }
  delete document.body.dataset.drags;
  drag = null;
  clear();
}

for (const leaf of leaves) {
  on(leaf, "pointerdown", begin);
  // Who presses beside the fields chooses none.
  on(leaf, "click", ({ target }) => {
    if (!target.closest(".spot")) choose(null);
  });
}
on(document, "pointermove", move);
on(document, "pointerup", end);
on(document, "pointercancel", end);
