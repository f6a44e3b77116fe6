// The card on the initials: hover, focus or tap; Escape puts it away. The PIN is asked for when it is looked at, and
// forgotten when the card closes.
import { words } from "../console/page.js";
import { all, on, one } from "../lib/dom.js";
import { refresh } from "./parts.js";
import { room } from "./room.js";

// How long one may have left the card on the way to its other parts, in milliseconds.
const PATIENCE = 150;

const face = one("[data-face]", room);
const button = one(".face-button", face);
const pin = one("[data-pin]", face);
const digits = pin && one("[data-pin-out]", pin);
const hidden = digits?.innerHTML;
let asked = false;

async function fetchPin(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  if (answer.ok) return (await answer.json()).pin;
  throw Object.assign(new Error("no PIN"), { status: answer.status });
}

function write(output, value) {
  output.textContent = value.replace(/(...)(?=...)/g, "$1\u2009");
  output.setAttribute("aria-label", value.split("").join(" "));
}
function writeWhy(output, { status }) {
  output.textContent = status === 403 || status === 404 ? words.pinNotYours : words.pinFailed;
  output.classList.add("small");
}

async function showPin() {
  if (!pin || asked) return;
  asked = true;
  try {
    const value = await fetchPin(pin.dataset.pin);
    if (!asked) return;
    write(digits, value);
  } catch (why) {
    writeWhy(digits, why);
  }
}

function hidePin() {
  if (!asked) return;
  asked = false;
  digits.classList.remove("small");
  digits.removeAttribute("aria-label");
  digits.innerHTML = hidden;
}

const isShown = () => !("quiet" in face.dataset) && face.matches(":hover, :focus-within, [data-open]");

function look() {
  const open = isShown();
  if (open && button.getAttribute("aria-expanded") !== "true") refresh();
  button.setAttribute("aria-expanded", String(open));
  if (open) showPin();
  else hidePin();
}
function close() {
  delete face.dataset.open;
  look();
}

for (const type of ["pointerenter", "focusin"]) {
  on(face, type, () => {
    delete face.dataset.quiet;
    look();
  });
}
for (const type of ["pointerleave", "focusout"]) {
  on(face, type, () => setTimeout(() => face.matches(":hover, :focus-within") || close(), PATIENCE));
}
on(button, "click", () => {
  face.toggleAttribute("data-open");
  look();
});
on(document, "keydown", (event) => {
  if (event.key !== "Escape" || !isShown()) return;
  face.dataset.quiet = "";
  close();
});
on(document, "pointerdown", (event) => face.contains(event.target) || close());
// The menu's way to it, for whoever does not find the card.
on(room, "click", (event) => {
  if (!event.target.closest("[data-do=show-pin]")) return;
  for (const menu of all("details.menu[open]", room)) menu.open = false;
  delete face.dataset.quiet;
  face.dataset.open = "";
  button.focus();
  look();
});
// R22: a participant's stands beside their name once it is asked for, until the list is rendered again.
on(room, "click", async (event) => {
  const link = event.target.closest("[data-do=person-pin]");
  if (!link) return;
  event.preventDefault();
  const output = one("output", link.parentElement);
  try {
    write(output, await fetchPin(link.href));
  } catch (why) {
    writeWhy(output, why);
  }
  output.hidden = false;
  link.hidden = true;
});
