// A document of the library: its PDF goes to where the server says, and the form follows once it was read.
import { upload } from "../agent-room/upload.js";
import { byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { sentSo } from "../lib/upload.js";

// A document is read in a second or two, a large one in some more. In milliseconds.
const AGAIN = 1_000;
const LONGEST = 40_000;

const form = byId("entry");
const field = form && one(".library-file", form);

if (field) {
  const said = field.dataset;
  const input = byId("file");
  const bar = one("progress", field);
  const state = byId("file-state");
  const id = one("[name=upload]", field);
  const title = one("[name=title]", form);
  const team = one("[name=team]", form).value;
  let sending = null;

  const show = (text, share) => {
    state.textContent = text;
    bar.hidden = share === undefined;
    bar.value = Math.round((share ?? 0) * 100);
  };

  const faultOf = (file) => {
    if (!/\.pdf$/i.test(file.name) && file.type !== "application/pdf") return said.notPdf;
    if (!file.size) return said.empty;
    return file.size > Number(said.most) ? said.tooBig : "";
  };

  on(input, "change", () => {
    const [file] = input.files;
    id.value = "";
    sending = null;
    if (!file) {
      show("");
      return;
    }
    const fault = faultOf(file);
    if (fault) {
      show(fault);
      return;
    }
    if (!title.value)
      title.value = file.name
        .replace(/\.pdf$/i, "")
        .replaceAll(/[_-]+/g, " ")
        .trim()
        .slice(0, 120);
    show(said.checking, 0);
    const told = (share) => show(sentSo(said, share), share ?? 0);
    const csrf = one("[name=csrf]", form).value;
    const going = upload(said.uploads, file, csrf, new AbortController().signal, told, { team }).then(
      (made) => {
        if (sending !== going) return;
        id.value = made;
        show(said.uploaded, 1);
      },
      (error) => {
        if (sending !== going) return;
        sending = null;
        show(error.body?.detail ?? said.failed);
      },
    );
    sending = going;
  });

  /** The form, sent as without a script until the file was read; then the page that it leads to. */
  async function follow(submitter) {
    const fields = () => {
      const sent = new URLSearchParams(new FormData(form, submitter));
      // Each try is another request.
      sent.set("idempotency_key", freshId());
      return sent;
    };
    for (const since = Date.now(); ; await new Promise((done) => setTimeout(done, AGAIN))) {
      const answer = await fetch(form.action, { method: "POST", body: fields(), credentials: "same-origin" });
      if (answer.redirected) {
        location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isUnread = one("#entry[data-unread]", page) && Date.now() - since < LONGEST;
      if (!isUnread) {
        show(one("[role=alert]", page)?.textContent ?? said.failed);
        return;
      }
      show(said.reading, 1);
    }
  }

  // What is pressed while the file is on its way waits for it.
  on(form, "submit", async (event) => {
    const { submitter } = event;
    if (!sending && !id.value) {
      // What is wrong with the file is said already.
      if (input.files.length) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    submitter?.setAttribute("aria-busy", "true");
    await sending;
    if (id.value) await follow(submitter).catch(() => show(said.failed));
    delete form.dataset.busy;
    submitter?.removeAttribute("aria-busy");
  });
}
