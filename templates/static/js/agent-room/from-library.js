// **From the library**: what the team has published is chosen from a list and given to the customer.
import { entriesAt } from "../console/entries.js";
import { formError } from "../console/errors.js";
import { dayEnds, problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, make, on, one } from "../lib/dom.js";
import { folded } from "../lib/folded.js";
import { freshId } from "../lib/ids.js";
import { refresh } from "./parts.js";
import { postJson } from "./upload.js";

const dialog = byId("add-library");
const form = dialog && one("form.from-library", dialog);
const said = form?.dataset;
const rows = byId("library-rows");
const status = byId("library-status");
const find = byId("library-find");
let key = freshId();

function row(entry) {
  const label = make("label", { className: "library-choice" });
  const input = make("input", { type: "radio", name: "library", value: entry.id });
  const sign = byId(`library-${entry.kind}`).content.firstElementChild.cloneNode(true);
  label.append(input, sign, make("bdi", { textContent: entry.title }));
  label.append(make("span", { className: "small muted", textContent: said.version.replace("{n}", entry.version) }));
  return label;
}

const read = async () => (await entriesAt(said.entries)).filter(({ kind }) => kind !== "text");

function narrow() {
  const typed = folded(find.value.trim());
  for (const choice of all(".library-choice", rows))
    choice.hidden = !folded(one("bdi", choice).textContent).includes(typed);
}

async function load() {
  formError(form, "");
  find.value = "";
  rows.replaceChildren();
  status.textContent = said.loading;
  try {
    const entries = await read();
    rows.replaceChildren(...entries.map(row));
    status.textContent = entries.length ? "" : said.none;
    find.closest(".field").hidden = entries.length < 2;
    narrow();
  } catch {
    status.textContent = said.failed;
  }
}

async function send(event) {
  event.preventDefault();
  event.stopPropagation();
  formError(form, "");
  const { submitter } = event;
  const chosen = one("input:checked", rows);
  if (form.dataset.busy) return;
  if (!chosen || chosen.closest("[hidden]")) {
    formError(form, said.choose);
    return;
  }
  form.dataset.busy = "1";
  submitter?.setAttribute("aria-busy", "true");
  const isSent = submitter?.value !== "false";
  const csrf = one("[name=csrf]", form).value;
  const answer = await postJson(
    form.action,
    {
      library: chosen.value,
      send: isSent,
      assignee: form.elements.assignee?.value,
      due_at: dayEnds(form.elements.due_at.value),
    },
    csrf,
    key,
  );
  delete form.dataset.busy;
  submitter?.removeAttribute("aria-busy");
  // Without an answer it may have been sent: the same key does it once.
  if (answer.status) key = freshId();
  if (!answer.ok) {
    formError(form, problemText(answer));
    return;
  }
  dialog.close();
  if (isSent) toast(said.sent);
  refresh();
}

if (form) {
  on(document, "click", ({ target }) => {
    if (target.closest("[data-opens=add-library]")) load();
  });
  on(find, "input", narrow);
  // Enter in the field chooses nothing by itself.
  on(find, "keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  on(form, "submit", send);
}
