// **Correct details** (R8): filled with what is on file whenever it opens; what is refused stays in its field.
import { fill, hintPhone, isEmail, isPhone } from "../console/contacts.js";
import { formError, setError } from "../console/errors.js";
import { words } from "../console/page.js";
import { problemText, submit } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, on, one } from "../lib/dom.js";
import { showLink } from "./operations.js";
import { refresh } from "./parts.js";

const FIELDS = ["name", "email", "phone"];
const dialog = byId("correct");
const form = dialog && one("form", dialog);
const field = (name) => one(`[name=${name}]:not([type=radio])`, form);
const written = () =>
  new URLSearchParams(new FormData(form)).toString().replace(/(?:^|&)(?:csrf|idempotency_key)=[^&]*/g, "");
let onFile = "";

function open(details) {
  fill(form, details);
  formError(form, "");
  for (const name of FIELDS) if (field(name)) setError(field(name), "");
  one(".correct-instead", form).hidden = true;
  onFile = written();
}

/** The first field that cannot be taken as it is, and why. */
function wrong() {
  const [name, email, phone] = FIELDS.map((one) => field(one)?.value.trim() ?? "");
  const byText = one("[name=channel][value=sms]", form)?.checked;
  const byMail = one("[name=channel][value=email]", form)?.checked;
  if (!name) return ["name", words.needName];
  if ((byMail || !field("phone")) && !email) return ["email", words.needEmail];
  if (byText && !phone) return ["phone", words.needPhone];
  if (!email && !phone) return ["email", words.needContact];
  if (email && !isEmail(email)) return ["email", words.badEmail];
  if (phone && !isPhone(phone)) return ["phone", words.badPhone];
  return null;
}

function pointOut([name, text]) {
  setError(field(name), text);
  field(name).focus();
}

function refused(answer) {
  const name = (answer.body.field ?? "").split(".").pop();
  const input = FIELDS.includes(name) && field(name);
  if (input) {
    pointOut([name, problemText(answer)]);
    return;
  }
  formError(form, problemText(answer));
  // Somebody joined meanwhile: what was typed here goes on there.
  const instead = one(".correct-instead", form);
  instead.hidden = answer.body.code !== "already-joined";
  if (instead.hidden) return;
  const typed = Object.fromEntries(new FormData(form));
  Object.assign(one("button", instead).dataset, typed);
  one("button", instead).focus();
  refresh();
}

async function save(event) {
  event.preventDefault();
  event.stopPropagation();
  formError(form, "");
  const gap = wrong();
  if (gap) {
    pointOut(gap);
    return;
  }
  if (written() === onFile) {
    formError(form, words.correctSame);
    return;
  }
  const answer = await submit(form, event.submitter);
  // Whoever is signed out is told so by a dialog of its own.
  if (!answer || answer.status === 401) return;
  if (!answer.ok) {
    refused(answer);
    return;
  }
  dialog.close();
  for (const menu of all("details.menu[open]")) menu.open = false;
  if (showLink(answer.body)) return;
  const invites = answer.body.state === "invited";
  toast(invites ? words.doneCorrectInvite : words.doneCorrect);
  refresh();
}

if (form) {
  form.noValidate = true;
  hintPhone(form);
  // Before the dialog opens: what one has typed is never taken back.
  on(
    document,
    "click",
    ({ target }) => {
      const details = target.closest("[data-fill=correct]")?.dataset;
      if (details) open(details);
      if (target.closest(".correct-instead button")) dialog.close();
    },
    true,
  );
  on(form, "input", ({ target }) => target.getAttribute?.("aria-invalid") && setError(target, ""));
  on(form, "submit", save);
}
