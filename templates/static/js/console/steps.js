// The maker's steps and questions, and the definition that they are.
import { all, byId, make, on, one } from "../lib/dom.js";
import { entriesAt } from "./entries.js";

const steps = byId("maker-steps");
// What a question of the maker can say. A definition that says more is not shown in it.
const SAID = new Set(["name", "label", "type", "required", "options"]);
const TYPES = new Set(["text", "number", "date", "choice", "yes_no", "file", "signature"]);
let made = 0;
// The team's documents that a step can have.
let documents = [];
let areKnown = false;

const copyOf = (id) => {
  const copy = byId(id).content.firstElementChild.cloneNode(true);
  for (const field of all(".field", copy)) {
    const input = one("input, select, textarea", field);
    made += 1;
    input.id = `maker-${made}`;
    one("label", field).htmlFor = input.id;
  }
  return copy;
};
const part = (root, name) => one(`[data-part-of=${name}]`, root);
const typedIn = (root, name) => part(root, name).value.trim();

function number() {
  const { children } = steps;
  [...children].forEach((step, at) => {
    one("legend", step).textContent = steps.dataset.step.replace("{n}", at + 1);
    one("[data-do=remove-step]", step).hidden = children.length < 2;
    const questions = all(".maker-question", step);
    for (const question of questions) one("[data-do=remove-question]", question).hidden = questions.length < 2;
  });
}

const showOptions = (question) => {
  one("[data-options]", question).hidden = part(question, "type").value !== "choice";
};

function addQuestion(step) {
  const question = copyOf("maker-question");
  one(".maker-questions", step).append(question);
  number();
  return question;
}

/** Lets a step choose among the documents; one that is not offered any more stays chosen. */
function offerDocuments(step, chosen = part(step, "document").value) {
  const select = part(step, "document");
  const isOffered = !chosen || documents.some(({ id }) => id === chosen);
  const offered = isOffered ? documents : [...documents, { id: chosen, title: areKnown ? select.dataset.gone : "…" }];
  const options = offered.map(({ id, title }) => make("option", { value: id, textContent: title }));
  select.replaceChildren(select.options[0], ...options);
  select.value = chosen;
  select.closest("[data-documents]").hidden = !offered.length;
}

/** A further step, with a question. */
export function addStep() {
  const step = copyOf("maker-step");
  steps.append(step);
  offerDocuments(step);
  addQuestion(step);
  return step;
}

/** One empty step. */
export function beginAnew() {
  steps.replaceChildren();
  addStep();
}

const lines = (text) => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** The definition, as far as something was typed; a step without a title is called `title`. */
export function definition(title) {
  let questions = 0;
  return all(".maker-step", steps).map((step, at) => {
    const fields = all(".maker-question", step)
      .filter((question) => typedIn(question, "label"))
      .map((question) => {
        questions += 1;
        const type = typedIn(question, "type");
        const field = { name: `q${questions}`, label: typedIn(question, "label"), type };
        if (part(question, "required").checked) field.required = true;
        if (type === "choice") field.options = lines(typedIn(question, "options"));
        return field;
      });
    const text = typedIn(step, "text");
    const document = typedIn(step, "document");
    const beside = { ...(text && { text }), ...(document && { document }) };
    return { id: `s${at + 1}`, title: typedIn(step, "title") || title, fields, ...beside };
  });
}

/** Whether the maker can say all that a definition says. */
export const canShowSteps = (given) =>
  Array.isArray(given) &&
  given.every(
    ({ fields = [], show_if: condition }) =>
      !condition &&
      fields.every((field) => TYPES.has(field.type) && Object.keys(field).every((name) => SAID.has(name))),
  );

/** Shows a definition that `canShowSteps`. */
export function showSteps(given) {
  steps.replaceChildren();
  for (const { title, text, document, fields = [] } of given) {
    const step = addStep();
    part(step, "title").value = title;
    part(step, "text").value = text ?? "";
    offerDocuments(step, document ?? "");
    fields.forEach((field, at) => {
      const question = at ? addQuestion(step) : one(".maker-question", step);
      part(question, "label").value = field.label;
      part(question, "type").value = field.type;
      part(question, "required").checked = Boolean(field.required);
      part(question, "options").value = (field.options ?? []).join("\n");
      showOptions(question);
    });
  }
}

/** The input that is meant by a place in the definition: `steps[1].fields[0].label`. */
export function inputOf(place) {
  const [, step, rest] = place.match(/^steps\[(\d+)\]\.?(.*)$/) ?? [];
  const frame = step && steps.children[step];
  if (!frame) return null;
  const [, question, name] = rest.match(/^fields\[(\d+)\]\.(\w+)$/) ?? [];
  const root = question ? all(".maker-question", frame).filter((one) => typedIn(one, "label"))[question] : frame;
  return root && part(root, name ?? rest);
}

/** Lets the buttons of a form's maker add and remove. */
export function followSteps(form) {
  // Without them a workflow is made as it is without documents.
  entriesAt(steps.dataset.documents).then(
    (found) => {
      documents = found;
      areKnown = true;
      for (const step of all(".maker-step", steps)) offerDocuments(step);
    },
    () => {},
  );
  on(form, "click", ({ target }) => {
    const { do: what } = target.closest("[data-do]")?.dataset ?? {};
    const step = target.closest(".maker-step");
    if (what === "add-step") part(addStep(), "title").focus();
    else if (what === "add-question") part(addQuestion(step), "label").focus();
    else if (what === "remove-question") target.closest(".maker-question").remove();
    else if (what === "remove-step") step.remove();
    else return;
    number();
  });
  on(form, "change", ({ target }) => {
    if (target.dataset.partOf === "type") showOptions(target.closest(".maker-question"));
  });
}
