// Saves what is entered into a step as one goes. Going on, back and away are the form's own buttons, with or without a script.
import { byId, on, one } from "../lib/dom.js";

// How long nothing is typed before it is saved, and until it is tried again, in milliseconds.
const QUIET = 700;
const AGAIN = 4_000;

export function saveAsOneGoes() {
  const { save } = byId("runner")?.dataset ?? {};
  const form = one(".runner-form");
  if (!save || !form) return;
  const status = byId("saved");
  const changed = new Set();
  let timer;
  let flying = false;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const soon = (after = QUIET) => {
    clearTimeout(timer);
    timer = setTimeout(send, after);
  };

  // What the server says of a field, once the reader has left it: nobody is told of a mistake while typing.
  const judge = (name, why) => {
    const field = one(`[data-question="${name}"]`, form);
    const error = field && one(".field-error", field);
    if (!error || field.contains(document.activeElement)) return;
    const inputs = field.matches("fieldset") ? [field] : [...field.querySelectorAll("input, select, textarea")];
    one("span", error).textContent = why ?? "";
    error.hidden = !why;
    for (const input of inputs) {
      if (why) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
      const described = why ? [error.id, ...others] : others;
      if (described.length) input.setAttribute("aria-describedby", described.join(" "));
      else input.removeAttribute("aria-describedby");
    }
  };

  async function send() {
    if (flying || !changed.size) return;
    const all = new FormData(form);
    const body = new URLSearchParams({ csrf: all.get("csrf") ?? "", step: all.get("step") ?? "" });
    const names = [...changed];
    for (const name of names) body.set(name, all.get(name) ?? "");
    changed.clear();
    flying = true;
    say(status.dataset.saving);
    try {
      const answer = await fetch(save, { method: "POST", body, headers: { accept: "application/json" } });
      if (answer.status >= 500 || answer.status === 429) throw new Error("later");
      if (!answer.ok) {
        // The page says why, and what is typed stays: the form is sent as it is.
        form.requestSubmit();
        return;
      }
      const { wrong } = await answer.json();
      say(Object.keys(wrong).length ? "" : status.dataset.saved);
      for (const name of names) judge(name.slice(2), wrong[name.slice(2)]);
    } catch {
      for (const name of names) changed.add(name);
      say(status.dataset.waits);
      soon(AGAIN);
    } finally {
      flying = false;
    }
    if (changed.size) soon();
  }

  const note = ({ target }) => {
    if (!target.name?.startsWith("a.")) return;
    changed.add(target.name);
    soon();
  };
  on(form, "input", note);
  on(form, "change", (event) => {
    note(event);
    soon(0);
  });
  // Whoever goes on sends everything anyway.
  on(form, "submit", () => {
    clearTimeout(timer);
    changed.clear();
  });
  // A tab that is put away may never come back.
  on(document, "visibilitychange", () => document.hidden && send());
}
