// **Document**: a PDF is chosen or dropped, sent while its title is typed, and then given to the customer.

import { openDialog } from "../console/dialogs.js";
import { formError, setError } from "../console/errors.js";
import { dayEnds, problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { sentSo } from "../lib/upload.js";
import { refresh } from "./parts.js";
import { postJson, upload } from "./upload.js";

// A document is read in a second or two, a large one in some more. In milliseconds.
const AGAIN = 1_000;
const LONGEST = 40_000;
const THOUSAND = 1_000;

const dialog = byId("add-document");
const form = dialog && one("form.sending", dialog);
const said = form?.dataset;
const drop = byId("drop");
const row = byId("upload");
const input = byId("document-file");
const title = form && one("[name=title]", form);
const csrf = () => one("[name=csrf]", form).value;

let file = null;
let sending = null;
let stopping = null;
let ownTitle = false;
let key = freshId();

const sizeOf = ({ size }) =>
  size < THOUSAND * THOUSAND ? `${Math.ceil(size / THOUSAND)} KB` : `${(size / THOUSAND / THOUSAND).toFixed(1)} MB`;

/** `checking`, `sending`, `done`, `reading`, `stopped` or `failed`, with what is said of it. */
function show(state, text, share = 0) {
  row.dataset.state = state;
  one("progress", row).value = Math.round(share * 100);
  one("progress", row).hidden = state === "failed" || state === "stopped";
  one(".upload-state", row).textContent = text;
  const isBusy = state === "checking" || state === "sending" || state === "reading";
  one("[data-do=stop]", row).hidden = !isBusy || state === "reading";
  one("[data-do=again]", row).hidden = state !== "failed" && state !== "stopped";
  one("[data-do=another]", row).hidden = isBusy;
}

function faultOf(chosen) {
  if (!/\.pdf$/i.test(chosen.name) && chosen.type !== "application/pdf") return said.notPdf;
  if (!chosen.size) return said.empty;
  if (chosen.size > Number(said.most)) return said.tooBig;
  return "";
}

function start() {
  const stop = new AbortController();
  stopping = stop;
  show("checking", said.checking);
  const told = (share) => show("sending", sentSo(said, share), share);
  const going = upload(said.uploads, file, csrf(), stop.signal, told).then(
    (id) => {
      if (stopping === stop) show("done", said.uploaded, 1);
      return id;
    },
    (error) => {
      if (stopping !== stop) return null;
      sending = null;
      if (error.name === "AbortError") show("stopped", said.cancelled);
      else show("failed", error.body && error.status ? problemText(error) : said.failed);
      return null;
    },
  );
  sending = going;
}

function choose(chosen) {
  if (!chosen) return;
  formError(form, "");
  const fault = faultOf(chosen);
  if (fault) {
    formError(form, fault);
    return;
  }
  file = chosen;
  key = freshId();
  one("bdi", row).textContent = file.name;
  one(".upload-name span", row).textContent = sizeOf(file);
  drop.hidden = true;
  row.hidden = false;
  if (!ownTitle) {
    const name = file.name
      .replace(/\.pdf$/i, "")
      .replaceAll(/[_-]+/g, " ")
      .trim();
    title.value = (name.charAt(0).toUpperCase() + name.slice(1)).slice(0, title.maxLength);
  }
  title.focus();
  title.select();
  start();
}

function forget() {
  stopping?.abort();
  [file, sending, stopping] = [null, null, null];
  input.value = "";
  drop.hidden = false;
  row.hidden = true;
  key = freshId();
}

const wait = (time) => new Promise((done) => setTimeout(done, time));

/** Makes the interaction, and waits for the document to be read. */
async function make(id, send) {
  const body = {
    kind: "document",
    title: title.value.trim(),
    upload: id,
    send,
    assignee: form.elements.assignee?.value,
    due_at: dayEnds(form.elements.due_at.value),
  };
  for (const since = Date.now(); ; await wait(AGAIN)) {
    const answer = await postJson(form.action, body, csrf(), key);
    const isUnread = answer.status === 409 && answer.body.code === "upload-not-read";
    if (!isUnread) return answer;
    // The next try is another request.
    key = freshId();
    if (Date.now() - since > LONGEST) return { ...answer, body: { detail: said.stillReading } };
    show("reading", said.reading, 1);
  }
}

async function save(event) {
  event.preventDefault();
  event.stopPropagation();
  formError(form, "");
  setError(title, "");
  const { submitter } = event;
  if (form.dataset.busy) return;
  if (!file) {
    formError(form, said.needFile);
    return;
  }
  form.dataset.busy = "1";
  submitter?.setAttribute("aria-busy", "true");
  if (!sending) start();
  const id = await sending;
  const isPlacing = submitter?.value === "place";
  const send = !isPlacing && submitter?.value !== "false";
  const answer = id && (await make(id, send));
  delete form.dataset.busy;
  submitter?.removeAttribute("aria-busy");
  // What the row says of the file is enough.
  if (!answer || answer.status === 401) return;
  if (answer.ok) {
    dialog.close();
    form.reset();
    ownTitle = false;
    forget();
    if (isPlacing) {
      location.assign(`${said.room}/i/${answer.body.id}/fields`);
      return;
    }
    if (send) toast(said.sent);
    refresh();
    return;
  }
  key = freshId();
  if (answer.body.field === "title") {
    setError(title, problemText(answer));
    title.focus();
  } else {
    show("done", said.uploaded, 1);
    formError(form, problemText(answer));
  }
}

if (form) {
  form.noValidate = true;
  on(input, "change", () => choose(input.files[0]));
  on(title, "input", () => {
    ownTitle = Boolean(title.value);
    setError(title, "");
  });
  on(row, "click", ({ target }) => {
    const { do: what } = target.closest("[data-do]")?.dataset ?? {};
    if (what === "stop") stopping.abort();
    else if (what === "again") start();
    else if (what === "another") {
      forget();
      input.click();
    }
  });
  on(form, "submit", save);
  for (const type of ["dragenter", "dragover"]) {
    on(dialog, type, (event) => {
      event.preventDefault();
      drop.dataset.over = "";
    });
  }
  for (const type of ["dragleave", "drop"]) on(dialog, type, () => delete drop.dataset.over);
  on(dialog, "drop", (event) => {
    event.preventDefault();
    if (!form.dataset.busy) choose(event.dataTransfer.files[0]);
  });
  // A file that is dragged over the page shows where it goes.
  on(document, "dragenter", ({ dataTransfer }) => {
    const brings = [...(dataTransfer?.types ?? [])].includes("Files");
    const isOpen = all("dialog[open]").length > 0;
    if (brings && !isOpen) openDialog("add-document");
  });
}
