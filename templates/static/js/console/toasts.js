// Toasts say what happened and go by themselves; they stay while the pointer or the focus is on them.
import { byId, make } from "../lib/dom.js";

// How long each tone stands, in milliseconds, and how long it is looked at again.
const STANDS = { bad: 9_000 };
const OTHERS_STAND = 4_000;
const AGAIN = 1_000;

export function toast(text, tone = "") {
  const box = make("div", { className: "toast" });
  box.dataset.tone = tone;
  box.append(make("span", { textContent: text }));
  byId("toasts")?.append(box);
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, AGAIN) : box.remove());
  setTimeout(leave, STANDS[tone] ?? OTHERS_STAND);
}
