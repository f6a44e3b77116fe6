// A field on its page: something to press that is chosen, moved and sized by the keyboard. `dragging.js` does it by pointer.
import { all, byId, make, on, one } from "../lib/dom.js";
import { change, choose, chosenField, find, inOrder, labelOf, list, remove, said, watch } from "./model.js";
import { leaves, onPage, paperOf, shareOf, sized, sizeOf } from "./pages.js";

// How far an arrow moves, in points, and with Ctrl.
const SHORT = 1;
const FAR = 10;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const told = byId("placing-told");
const spots = new Map();

export const spotOf = (id) => spots.get(id);
export const idOf = (spot) => Number(spot.dataset.spot);
const kindNames = new Map(all("#prop-kind option").map(({ value, textContent }) => [value, textContent]));
export const kindName = (kind) => kindNames.get(kind) ?? kind;

/** Says it to who cannot see it. */
export const tell = (text) => {
  told.textContent = text;
};

function made(id) {
  // No button: some browsers hear nothing of what is in one.
  const spot = make("div", { className: "spot", tabIndex: 0, role: "button" });
  spot.dataset.spot = id;
  spot.append(make("span", { className: "spot-name", dir: "auto" }), make("span", { className: "spot-size" }));
  spots.set(id, spot);
  return spot;
}

function show(field) {
  const spot = spotOf(field.id);
  const { width: wide, height: high } = sizeOf(field.page);
  const [x, y, width, height] = field.rect;
  const share = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(spot.style, {
    left: share(x, wide),
    top: share(high - y - height, high),
    width: share(width, wide),
    height: share(height, high),
  });
  spot.dataset.kind = field.type;
  one(".spot-name", spot).textContent = labelOf(field);
  spot.setAttribute(
    "aria-label",
    [labelOf(field), kindName(field.type), field.required && said.required].filter(Boolean).join(", "),
  );
  spot.toggleAttribute("data-required", Boolean(field.required));
  spot.setAttribute("aria-pressed", String(chosenField()?.id === field.id));
}

function render() {
  const fields = list();
  for (const [id, spot] of spots) {
    if (!find(id)) {
      spot.remove();
      spots.delete(id);
    }
  }
  for (const field of fields) {
    const paper = paperOf(field.page);
    const spot = spotOf(field.id) ?? made(field.id);
    if (spot.parentElement !== paper) paper.append(spot);
    show(field);
  }
}

/** Tab goes through a page from the top down. */
function arrange() {
  const focused = document.activeElement;
  for (const field of inOrder()) paperOf(field.page).append(spotOf(field.id));
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

export function focusOn(id) {
  arrange();
  spotOf(id)?.focus();
  spotOf(id)?.scrollIntoView({ block: "nearest" });
}

export function removeChosen() {
  const field = chosenField();
  if (!field) return;
  const order = inOrder();
  const at = order.findIndex(({ id }) => id === field.id);
  const next = order[at + 1] ?? order[at - 1];
  tell(said.removed.replace("{name}", labelOf(field)));
  remove(field.id);
  if (next) focusOn(next.id);
}

const whereIs = ({ rect, page }) => {
  const { left, top, width, height } = shareOf(rect, page);
  const percent = (share) => `${Math.round(share)} %`;
  return said.sized
    .replace("{x}", percent(left))
    .replace("{y}", percent(top))
    .replace("{width}", percent(width))
    .replace("{height}", percent(height));
};

function press(event) {
  const spot = event.target.closest(".spot");
  const field = spot && find(idOf(spot));
  if (!field) return;
  const way = WAYS[event.key];
  if (way) {
    event.preventDefault();
    const step = event.ctrlKey || event.metaKey ? FAR : SHORT;
    const [across, up] = way.map((part) => part * step);
    const [x, y, width, height] = field.rect;
    const rect = event.shiftKey
      ? sized(field.rect, across, -up, field.page)
      : onPage([x + across, y + up, width, height], field.page);
    change(field.id, { rect }, event.shiftKey ? "size" : "move");
    tell(whereIs(find(field.id)));
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    choose(field.id);
    removeChosen();
  } else if (event.key === "Escape") choose(null);
}

for (const leaf of leaves) {
  on(leaf, "keydown", press);
  on(leaf, "focusin", ({ target }) => {
    const spot = target.closest(".spot");
    if (spot) choose(idOf(spot));
  });
}
// Who leaves a page's fields comes back to them in order.
on(byId("leaves"), "focusout", ({ relatedTarget }) => {
  if (!relatedTarget?.closest(".spot")) arrange();
});
watch(render);
render();
arrange();
