// **Add**: a workflow from a title, steps and questions, or from a definition that was pasted. What is refused stays as it was typed.
import { formError, setError } from "../console/errors.js";
import { problemText, submit } from "../console/requests.js";
import { all, byId, on, one } from "../lib/dom.js";
import { refresh } from "./parts.js";

const dialog = byId("add-work");
const form = dialog && one("form", dialog);
const steps = byId("maker-steps");
let made = 0;

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

function addQuestion(step) {
  const question = copyOf("maker-question");
  one(".maker-questions", step).append(question);
  number();
  return question;
}

function addStep() {
  const step = copyOf("maker-step");
  steps.append(step);
  addQuestion(step);
  return step;
}

const lines = (text) => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** The definition, as far as something was typed. */
function definition() {
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
    return {
      id: `s${at + 1}`,
      title: typedIn(step, "title") || one("[name=title]", form).value.trim(),
      fields,
      ...(text && { text }),
    };
  });
}

/** The input that a refusal is about: `steps[1].fields[0].label`. */
function inputOf(field = "") {
  if (field === "title") return one("[name=title]", form);
  const [, step, rest] = field.match(/^steps\[(\d+)\]\.?(.*)$/) ?? [];
  const frame = step && steps.children[step];
  if (!frame) return null;
  const [, question, name] = rest.match(/^fields\[(\d+)\]\.(\w+)$/) ?? [];
  const root = question ? all(".maker-question", frame).filter((one) => typedIn(one, "label"))[question] : frame;
  return root && part(root, name ?? rest);
}

const clear = () => {
  formError(form, "");
  for (const input of all("[aria-invalid]", form)) setError(input, "");
};

async function save(event) {
  event.preventDefault();
  event.stopPropagation();
  clear();
  const pasted = one("[name=steps]", form);
  const typed = pasted.value;
  const isPasted = Boolean(typed.trim());
  if (!isPasted) pasted.value = JSON.stringify(definition());
  const answer = await submit(form, event.submitter);
  pasted.value = typed;
  if (!answer || answer.status === 401) return;
  if (!answer.ok) {
    const input = isPasted ? answer.body.field !== "title" && pasted : inputOf(answer.body.field);
    const text = isPasted && answer.body.field ? `${answer.body.field}: ${problemText(answer)}` : problemText(answer);
    if (input) {
      setError(input, text);
      input.focus();
    } else {
      formError(form, text);
    }
    return;
  }
  dialog.close();
  form.reset();
  steps.replaceChildren();
  addStep();
  refresh();
}

if (form) {
  form.noValidate = true;
  for (const part of all("[data-scripted]", form)) part.hidden = false;
  addStep();
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
    if (target.dataset.partOf !== "type") return;
    one("[data-options]", target.closest(".maker-question")).hidden = target.value !== "choice";
  });
  on(form, "input", ({ target }) => target.getAttribute?.("aria-invalid") && setError(target, ""));
  on(form, "submit", save);
}
