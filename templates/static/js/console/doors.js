// At the doors: a password can be looked at, and a button that was pressed says so.
import { all, make, on, one } from "../lib/dom.js";

for (const frame of all("[data-reveal]")) {
  const { show, hide } = frame.dataset;
  const input = one("input", frame);
  const button = make("button", { type: "button", className: "reveal-button small", textContent: show });
  button.setAttribute("aria-controls", input.id);
  on(button, "click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? hide : show;
  });
  frame.append(button);
}

for (const form of all("form[data-door]")) {
  on(form, "submit", ({ submitter }) => submitter?.setAttribute("aria-busy", "true"));
}
