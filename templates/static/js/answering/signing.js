// A question that a signature answers: a button that opens the pad. The form's own field keeps the value.
import { all, make, on, one } from "../lib/dom.js";
import { openPad } from "../sign/pad.js";
import { drawing } from "../sign/strokes.js";

let latest = "";

function dress(question) {
  const { sign, said } = question.dataset;
  const carrier = one("input", question);
  const label = one("[data-label]", question).textContent.trim();
  carrier.type = "hidden";
  one(".blank-drawn", question)?.remove();
  one("[data-unscripted]", question)?.remove();
  latest ||= carrier.value;
  const button = make("button", { type: "button", className: "signature", id: `${carrier.id}-sign` });
  one("label", question).htmlFor = button.id;
  const show = () => {
    const { value } = carrier;
    const shown = value.startsWith("{")
      ? drawing(value)
      : make("span", { className: "signature-typed", textContent: value, dir: "auto" });
    button.replaceChildren(value ? shown : sign);
    button.toggleAttribute("data-filled", Boolean(value));
    const typed = value.startsWith("{") ? "" : `${value}. `;
    button.setAttribute("aria-label", `${label}: ${value ? typed + said : sign}`);
  };
  const give = (value) => {
    carrier.value = value;
    latest = value || latest;
    show();
    carrier.dispatchEvent(new Event("change", { bubbles: true }));
  };
  on(button, "click", ({ detail }) => {
    if (!carrier.value && latest) give(latest);
    else openPad({ kind: "signature", value: carrier.value, byKey: detail === 0, give });
  });
  // What was kept in the tab is put back into the form.
  on(carrier, "input", show);
  show();
  carrier.before(button);
}

export function dressQuestions() {
  for (const question of all("[data-question][data-sign]")) dress(question);
}
