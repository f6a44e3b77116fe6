// A workflow of the library: its steps in the maker, where that can say all of them; otherwise its definition stays as it is.
import { addStep, canShowSteps, definition, followSteps, showSteps } from "../console/steps.js";
import { byId, on, one } from "../lib/dom.js";

const form = byId("entry");
const maker = form && one("[data-maker]", form);

const read = (text) => {
  try {
    const given = JSON.parse(text);
    return given.steps ?? given;
  } catch {
    return null;
  }
};

if (maker) {
  const pasted = one("[name=steps]", form);
  const expert = one(".maker-expert", form);
  const before = pasted.value;
  const given = before.trim() ? read(before) : [];
  if (!pasted.disabled && given && canShowSteps(given)) {
    maker.hidden = false;
    expert.open = false;
    if (given.length) showSteps(given);
    else addStep();
    followSteps(form);
    // Who changes the definition itself means it.
    on(form, "submit", () => {
      if (pasted.value === before || !pasted.value.trim()) {
        pasted.value = JSON.stringify(definition(one("[name=title]", form).value.trim()));
      }
    });
  }
}
