// The preview beside the form, and what is wrong with the form beside its fields, while one types. What cannot be used leaves
// the preview as it was. The server decides all of it again when the form is saved.
import { all, make, on, one } from "../lib/dom.js";

const PAUSE = 300;
const FOLLOWS = Node.DOCUMENT_POSITION_FOLLOWING;
const form = one("#settings");
const box = one("#preview");
const stage = one(".settings-preview-frame", box);
const waits = one(".settings-preview-waits", box);
const { action } = box.dataset;

let timer;
let turn = 0;
let isShown = false;

/** Takes away what is older than a frame; of two on their way the later one is newer, whichever comes first. */
const leave = (frame) => {
  for (const other of all("iframe", stage)) if (other.compareDocumentPosition(frame) & FOLLOWS) other.remove();
};

/** Shows the form in a frame of its own, which takes the old one's place once it is there: no flicker, no step back. */
const show = () => {
  const frame = all("iframe", stage).at(-1).cloneNode();
  const post = make("form", { method: "post", action, target: `preview-${turn}`, hidden: true });
  frame.name = post.target;
  frame.hidden = true;
  stage.append(frame);
  on(frame, "load", () => {
    // Hidden frames draw nothing, so it comes as a whole. The old one stays below until it is there.
    frame.hidden = false;
    requestAnimationFrame(() => requestAnimationFrame(() => leave(frame)));
  });
  for (const [name, value] of new FormData(form)) post.append(make("input", { type: "hidden", name, value }));
  document.body.append(post);
  post.submit();
  post.remove();
  isShown = true;
};

/** Says beside each field what is wrong with it. Whoever still types in one is left alone until they go on. */
const mark = (faults, isTyping) => {
  for (const row of all("[data-setting]", form)) {
    const key = row.dataset.setting;
    const fault = faults[key];
    const old = one(".field-error", row);
    const field = one("input:not([type=hidden], [type=checkbox]), select, textarea", row);
    if (!fault) {
      old?.remove();
      field?.removeAttribute("aria-invalid");
      field?.removeAttribute("aria-describedby");
    } else if (old || !isTyping || !row.contains(document.activeElement)) {
      const error = old ?? one("#fault").content.firstElementChild.cloneNode(true);
      error.id = `error-${key}`;
      one("span", error).textContent = fault;
      if (!old) row.append(error);
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", error.id);
    }
  }
};

const check = async (isTyping) => {
  turn += 1;
  const mine = turn;
  const options = {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: "application/json" },
  };
  const answer = await fetch(action, options).catch(() => undefined);
  // Not reached, or signed out: what is shown stays, and saving says why.
  if (!answer?.ok) return;
  const { faults, notes } = await answer.json();
  if (mine !== turn) return;
  for (const [key, note] of Object.entries(notes)) one(`[id="note-${key}"]`, form).textContent = note ?? "";
  mark(faults, isTyping);
  const isWrong = Object.keys(faults).length > 0;
  waits.textContent = isWrong ? waits.dataset.text : "";
  if (box.open && !(isWrong && isShown)) show();
};

const soon = (pause, isTyping) => {
  clearTimeout(timer);
  timer = setTimeout(check, pause, isTyping);
};

on(form, "changed", () => soon(PAUSE, true));
on(form, "change", () => soon(0, false));
on(box, "toggle", () => {
  if (box.open) soon(0, false);
});
box.open = matchMedia("(min-width: 75rem)").matches;
