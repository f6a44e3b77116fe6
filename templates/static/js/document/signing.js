// Where one signs: a button over the page that opens the pad. What was signed once is put into the next place by one tap.
import { all, byId, make, on, one } from "../lib/dom.js";
import { openPad } from "../sign/pad.js";
import { drawing } from "../sign/strokes.js";
import { typedIn } from "./laying.js";

const latest = { signature: "", initials: "" };

function picture(value, place) {
  if (!value.startsWith("{")) {
    const typed = make("span", { className: "sign-typed", textContent: value, dir: "auto" });
    typed.style.fontSize = `${typedIn(place)}em`;
    return typed;
  }
  return drawing(value);
}

/** The button of a place; `carrier` is the form's own field, which keeps the value. */
function dress(place, carrier, label, put) {
  const { kind } = place.dataset;
  const { sign, initial } = place.closest(".blanks").dataset;
  const { said } = byId("pad-form").dataset;
  const here = kind === "signature" ? sign : initial;
  const button = make("button", {
    type: "button",
    className: "sign",
    id: `${carrier.id}-sign-${place.dataset.rect ?? ""}`,
  });
  button.id = button.id.replaceAll(/[^\w-]/g, "-");
  const show = () => {
    const { value } = carrier;
    button.replaceChildren(value ? picture(value, place) : here);
    const typed = value.startsWith("{") ? "" : `${value}. `;
    button.setAttribute("aria-label", `${label}: ${value ? typed + said : here}`);
  };
  on(button, "click", ({ detail }) => {
    const before = carrier.value;
    if (!before && latest[kind]) put(latest[kind]);
    else openPad({ kind, value: before, byKey: detail === 0, give: put });
  });
  show();
  place.append(button);
  return show;
}

export function dressSignatures() {
  const leaves = byId("leaves");
  for (const place of all("[data-question]:is([data-kind=signature], [data-kind=initials])", leaves)) {
    const { kind, question } = place.dataset;
    const carrier = one("input", place);
    const label = one("[data-label]", place).textContent.trim();
    carrier.type = "hidden";
    carrier.className = "";
    one(".blank-drawn", place)?.remove();
    one(".field-hint", place)?.remove();
    one("label", place).removeAttribute("for");
    latest[kind] ||= carrier.value;
    const shown = [];
    const put = (value) => {
      carrier.value = value;
      if (value) latest[kind] = value;
      for (const show of shown) show();
      carrier.dispatchEvent(new Event("change", { bubbles: true }));
    };
    // What was kept in the tab is put back into the form.
    on(carrier, "input", () => {
      for (const show of shown) show();
    });
    const again = all("[data-again]", leaves).filter((other) => other.dataset.again === question);
    for (const other of [place, ...again]) shown.push(dress(other, carrier, label, put));
  }
}
