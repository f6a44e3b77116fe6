// A logo: the picture goes to where the server says, and once it was looked at its path stands in the field, as if typed there.
import { upload } from "../agent-room/upload.js";
import { all, on, one } from "../lib/dom.js";
import { isPicture, kindOf, sentSo } from "../lib/upload.js";

// A picture is looked at in a second or two. In milliseconds.
const AGAIN = 500;
const LONGEST = 40_000;
const WHY = {
  "file-too-large": "tooBig",
  "image-too-large": "tooBig",
  "unsupported-file-type": "notPicture",
  "empty-file": "empty",
  "not-clean": "notClean",
  damaged: "damaged",
  unreadable: "damaged",
};

const form = one("#settings");

/** What became of it: the answer once there is one. */
async function read(address) {
  for (const since = Date.now(); ; await new Promise((done) => setTimeout(done, AGAIN))) {
    const answer = await fetch(address, { headers: { accept: "application/json" }, credentials: "same-origin" });
    const body = await answer.json();
    if (answer.ok) return body;
    if (body.code !== "upload-not-read" || Date.now() - since > LONGEST) throw { body };
  }
}

for (const field of all(".setting-file", form)) {
  const said = field.dataset;
  const file = one("input", field);
  const bar = one("progress", field);
  const state = one("[role=status]", field);
  const address = one("input.input", field.parentElement);
  let sending = null;

  const show = (text, share, isWrong = false) => {
    state.textContent = text;
    state.toggleAttribute("data-wrong", isWrong);
    bar.hidden = share === undefined;
    bar.value = Math.round((share ?? 0) * 100);
  };

  const faultOf = (picture) => {
    if (!isPicture(picture)) return said.notPicture;
    if (!picture.size) return said.empty;
    return picture.size > Number(said.most) ? said.tooBig : "";
  };

  async function take(picture, { signal }) {
    const fault = faultOf(picture);
    if (fault) return show(fault, undefined, true);
    show(said.checking, 0);
    const told = (share) => show(sentSo(said, share), share ?? 0);
    const csrf = one("[name=csrf]", form).value;
    try {
      const id = await upload(said.logos, picture, csrf, signal, told, { content_type: kindOf(picture) });
      if (signal.aborted) return;
      show(said.reading, 1);
      const { logo } = await read(`${said.logos}/${id}`);
      if (signal.aborted) return;
      show(said.done);
      address.value = logo;
      address.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (error) {
      if (!signal.aborted) show(said[WHY[error.body?.code]] ?? said.failed, undefined, true);
    }
  }

  // Choosing a file changes no setting yet.
  on(file, "input", (event) => event.stopPropagation());
  on(file, "change", (event) => {
    event.stopPropagation();
    sending?.abort();
    sending = new AbortController();
    const [picture] = file.files;
    if (picture) take(picture, sending);
    else show("");
  });
}
