// **Request files**: what is wanted, and which files. What is refused stays as it was typed.
import { formError, setError } from "../console/errors.js";
import { problemText, submit } from "../console/requests.js";
import { all, byId, on, one } from "../lib/dom.js";
import { refresh } from "./parts.js";

const dialog = byId("add-request");
const form = dialog && one("form", dialog);

async function save(event) {
  event.preventDefault();
  event.stopPropagation();
  formError(form, "");
  for (const input of all("[aria-invalid]", form)) setError(input, "");
  const answer = await submit(form, event.submitter);
  if (!answer || answer.status === 401) return;
  if (answer.ok) {
    dialog.close();
    form.reset();
    refresh();
    return;
  }
  const { field } = answer.body;
  const input = form.elements[field === "title" ? "what" : field];
  if (input && field !== "accept") {
    setError(input, problemText(answer));
    input.focus();
  } else {
    formError(form, problemText(answer));
  }
}

if (form) {
  form.noValidate = true;
  on(form, "input", ({ target }) => target.getAttribute?.("aria-invalid") && setError(target, ""));
  on(form, "submit", save);
}
