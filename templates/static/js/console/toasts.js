// Toasts say what happened and go by themselves; they stay while the pointer or the focus is on them.
import { byId, make, on, one } from "../lib/dom.js";

// How long each tone stands, in milliseconds, and how long it is looked at again.
const STANDS = { bad: 9_000 };
const OTHERS_STAND = 4_000;
const AGAIN = 1_000;
const SECOND = 1_000;

function show(text, tone) {
  const box = make("div", { className: "toast" });
  box.dataset.tone = tone;
  box.append(make("span", { textContent: text }));
  byId("toasts")?.append(box);
  return box;
}

/** A toast with a way back, which stands until `remove` is called on it. Its seconds are for the eye: read out, they would drown everything else. */
export function countedToast(text, seconds, label, undo) {
  const box = show("", "");
  const [before, after] = text.split("{n}");
  const number = make("strong", { className: "toast-count", textContent: seconds });
  one("span", box).append(before, number, after);
  const button = make("button", { type: "button", textContent: label });
  on(button, "click", undo);
  box.append(button);
  button.focus();
  let left = seconds;
  const ticking = setInterval(() => {
    left = Math.max(0, left - 1);
    number.textContent = left;
  }, SECOND);
  return {
    remove() {
      clearInterval(ticking);
      box.remove();
    },
  };
}

export function toast(text, tone = "") {
  const box = show(text, tone);
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, AGAIN) : box.remove());
  setTimeout(leave, STANDS[tone] ?? OTHERS_STAND);
}
