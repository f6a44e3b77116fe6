// **Add**: a workflow from a title, steps and questions, or from a definition that was pasted. What is refused stays as it was typed.
import { formError, setError } from "../console/errors.js";
import { problemText, submit } from "../console/requests.js";
import { beginAnew, definition, followSteps, inputOf } from "../console/steps.js";
import { followPreview } from "../console/workflow-preview.js";
import { all, byId, on, one } from "../lib/dom.js";
import { refresh } from "./parts.js";

const dialog = byId("add-work");
const form = dialog && one("form", dialog);

/** The input that a refusal is about. */
const place = (field = "") => (field === "title" ? one("[name=title]", form) : inputOf(field));

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
  if (!isPasted) pasted.value = JSON.stringify(definition(one("[name=title]", form).value.trim()));
  const answer = await submit(form, event.submitter);
  pasted.value = typed;
  if (!answer || answer.status === 401) return;
  if (!answer.ok) {
    const input = isPasted ? answer.body.field !== "title" && pasted : place(answer.body.field);
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
  beginAnew();
  refresh();
}

if (form) {
  form.noValidate = true;
  beginAnew();
  followSteps(form);
  followPreview(
    form,
    () => one("[name=steps]", form).value.trim() || JSON.stringify(definition(one("[name=title]", form).value.trim())),
  );
  on(form, "input", ({ target }) => target.getAttribute?.("aria-invalid") && setError(target, ""));
  on(form, "submit", save);
}
