// R18: an end can be taken back for ten seconds. It is held back here, because nobody could be told of it any sooner without
// the customer seeing it: a page that closed or went elsewhere does not come back unseen. Whoever leaves the page means it.
import { words } from "../console/page.js";
import { countedToast, toast } from "../console/toasts.js";
import { on } from "../lib/dom.js";
import { focusText } from "./composer.js";
import { room } from "./room.js";

const SECONDS = 10;
const SECOND = 1_000;

let held = null;

function release() {
  clearTimeout(held.timer);
  held.toast.remove();
  room.toggleAttribute("data-ending", false);
  held = null;
}

function undo() {
  release();
  toast(words.undone);
  focusText();
}

/** Holds an end back, and then carries it out; at once, if it was held back already. */
export function holdBack(form, carryOut) {
  if (held) {
    release();
    carryOut();
    return;
  }
  const lapse = () => {
    release();
    if (room.dataset.state !== "ended") carryOut();
  };
  room.toggleAttribute("data-ending", true);
  held = {
    form,
    timer: setTimeout(lapse, SECONDS * SECOND),
    toast: countedToast(words.endingSoon, SECONDS, words.undo, undo),
  };
}

on(globalThis, "pagehide", () => {
  if (!held) return;
  const { action } = held.form;
  const body = new URLSearchParams(new FormData(held.form));
  release();
  fetch(action, { method: "POST", body, headers: { accept: "application/json" }, keepalive: true });
});
