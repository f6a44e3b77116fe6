// A workflow of the library: its steps in the maker, where that can say all of them; otherwise its definition stays as it is.
import { setError } from "../console/errors.js";
import { addStep, canShowSteps, definition, followSteps, inputOf, showSteps } from "../console/steps.js";
import { followPreview } from "../console/workflow-preview.js";
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
  const isOwn = () => maker.hidden || (pasted.value !== before && pasted.value.trim());
  followPreview(form, () =>
    isOwn() ? pasted.value : JSON.stringify(definition(one("[name=title]", form).value.trim())),
  );
  one("[data-workflow-preview]", form).hidden = false;
  if (!pasted.disabled && given && canShowSteps(given)) {
    maker.hidden = false;
    expert.open = false;
    if (given.length) showSteps(given);
    else addStep();
    followSteps(form);
    // Who changes the definition itself means it.
    on(form, "submit", () => {
      if (!isOwn()) pasted.value = JSON.stringify(definition(one("[name=title]", form).value.trim()));
    });
    // What the server refused stands at the input that it means.
    const { fault, why } = maker.dataset;
    const input = fault && inputOf(fault);
    if (input) {
      setError(input, why);
      on(input, "input", () => setError(input, ""), { once: true });
      input.focus();
    } else if (fault) {
      expert.open = true;
    }
  }
}
