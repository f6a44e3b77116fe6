// Signing takes a moment, and who presses twice has signed once.
import { on, one } from "../lib/dom.js";

export function finishOnce() {
  const form = one(".doc-sign");
  if (!form) return;
  const button = one("button", form);
  on(form, "submit", (event) => {
    if (button.getAttribute("aria-busy")) event.preventDefault();
    button.setAttribute("aria-busy", "true");
  });
  // Who comes back to the page may press again.
  on(globalThis, "pageshow", () => button.removeAttribute("aria-busy"));
}
