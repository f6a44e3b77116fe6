// The field to write in: what is typed is kept until it is sent, and comes back when it is refused.

import { byId, make, on, one } from "../lib/dom.js";
import { draft } from "../lib/drafts.js";
import { sayLength } from "../lib/lengths.js";
import { showKept } from "./kept.js";
import { toEnd } from "./log.js";

const kept = draft(`draft:${location.pathname}`);
const pointer = matchMedia("(pointer: fine)");

const send = (connection) => {
  const field = byId("text");
  const text = field.value.trim();
  if (!text || sayLength(field)) return;
  byId("refused")?.remove();
  field.value = "";
  kept.keep("");
  connection.send(text);
  toEnd();
  field.focus();
};

/** Fills the field with what was kept. Where the chat is closed, it is shown to be copied. */
export function dressField() {
  const field = byId("text");
  if (field) {
    kept.follow(field);
    sayLength(field);
    return;
  }
  showKept(byId("chat"));
}

/** What the server refused goes back into the field, so that nothing typed is lost. */
export function giveBack(text) {
  const field = byId("text");
  const write = byId("write");
  if (!write || !text) return;
  const together = [text, field?.value].filter(Boolean).join("\n");
  if (field) {
    field.value = together;
    sayLength(field);
  }
  kept.keep(together);
  if (!field) showKept(byId("chat"));
  byId("refused")?.remove();
  const trouble = make("p", { id: "refused", className: "field-error", textContent: byId("log").dataset.refused });
  trouble.setAttribute("role", "alert");
  write.prepend(trouble);
}

/** Writing, over the live connection that there is by then. */
export function dressWriting(connection) {
  const panel = byId("chat");
  on(panel, "submit", (event) => {
    // Without a live connection the form goes the long way, and works all the same.
    if (!connection()) {
      if (sayLength(byId("text"))) event.preventDefault();
      else kept.keep("");
      return;
    }
    event.preventDefault();
    send(connection());
  });
  on(panel, "input", ({ target }) => {
    sayLength(target);
    connection()?.typing();
  });
  on(panel, "keydown", (event) => {
    const { key, shiftKey, isComposing, target } = event;
    // Enter sends where there is a real keyboard; on a phone it is a new line.
    if (target.id !== "text" || key !== "Enter" || shiftKey || isComposing || !pointer.matches) return;
    event.preventDefault();
    if (target.value.trim()) one("button", target.form).click();
  });
  const bring = async (event) => {
    const { target, clipboardData, dataTransfer } = event;
    const [file] = target.files ?? (clipboardData ?? dataTransfer)?.files ?? [];
    if (!file || !byId("attaching")) return;
    event.preventDefault();
    await import(byId("log").dataset.attach);
    document.dispatchEvent(new CustomEvent("attach", { detail: file }));
    if (target.files) target.value = "";
  };
  for (const type of ["change", "paste", "drop"]) on(panel, type, bring);
  on(panel, "dragover", (event) => byId("attaching") && event.preventDefault());
  dressField();
}
