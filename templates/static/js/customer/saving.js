// Saves what is entered into a form as one goes. Going on, back and away are the form's own buttons, with or without a script.
import { all, byId, on, one } from "../lib/dom.js";
import { inTab } from "../lib/storage.js";

// How long nothing is typed before it is saved, and until it is tried again, in milliseconds.
const QUIET = 700;
const AGAIN = 4_000;

// How long whoever goes on waits for a save that is on its way, in milliseconds.
const PATIENCE = 2_000;

/** What waits in this tab, by the fields' names. */
const unsaved = (key) => {
  try {
    return JSON.parse(inTab.get(key) || "{}");
  } catch {
    // Not what we kept there.
    return {};
  }
};

/** Puts a value where it was typed; tells whether the page has such a field. */
function putBack(form, name, value) {
  const inputs = [...form.elements].filter((input) => input.name === name);
  for (const input of inputs) {
    if (input.type === "checkbox") input.checked = value === "on";
    else if (input.type === "radio") input.checked = input.value === value;
    else input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return inputs.length > 0;
}

/**
 * Saves the fields whose names begin with `prefix`, which is two characters long, and with each what `along` names. What could not
 * be saved yet is kept in the tab. Gives back `flush()`, which tells whether all of it is saved by now; nothing where there is
 * nothing to save.
 */
export function saveAsOneGoes(prefix = "a.", along = () => []) {
  const { save } = byId("runner")?.dataset ?? {};
  const form = one(".runner-form");
  if (!save || !form) return null;
  const key = `unsaved:${save}`;
  const status = byId("saved");
  const changed = new Set();
  let timer;
  let flying = null;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const soon = (after = QUIET) => {
    clearTimeout(timer);
    timer = setTimeout(send, after);
  };
  const keep = () => {
    const typed = new FormData(form);
    const waiting = [...changed].map((name) => [name, typed.get(name) ?? ""]);
    inTab.set(key, waiting.length ? JSON.stringify(Object.fromEntries(waiting)) : "");
  };

  // What the server says of a field, once the reader has left it: nobody is told of a mistake while typing.
  const judge = (name, why) => {
    const field = all("[data-question]", form).find((question) => question.dataset.question === name);
    const error = field && one(".field-error", field);
    if (!error || field.contains(document.activeElement)) return;
    const group = field.matches("fieldset") ? field : one("fieldset", field);
    const inputs = group ? [group] : all("input:not([type=hidden]), select, textarea", field);
    field.toggleAttribute("data-wrong", Boolean(why));
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

  async function post(names) {
    const typed = new FormData(form);
    const body = new URLSearchParams();
    for (const name of ["csrf", "step", "page"]) if (typed.has(name)) body.set(name, typed.get(name));
    for (const name of names) {
      for (const other of along(name)) body.set(other, typed.get(other) ?? "");
      if (typed.has(name) || !along(name).length) body.set(name, typed.get(name) ?? "");
    }
    // A tab that is put away may be gone before the answer comes.
    const options = { method: "POST", body, headers: { accept: "application/json" }, keepalive: document.hidden };
    const answer = await fetch(save, options);
    if (answer.status >= 500 || answer.status === 429) throw new Error("later");
    if (!answer.ok) {
      // The page says why, and what is typed stays: the form is sent as it is.
      form.requestSubmit();
      return;
    }
    const { wrong } = await answer.json();
    say(Object.keys(wrong).length ? "" : status.dataset.saved);
    for (const name of names) judge(name.slice(2), wrong[name.slice(2)]);
    form.dispatchEvent(new Event("judged"));
  }

  async function send() {
    if (flying || !changed.size) return;
    const names = [...changed];
    changed.clear();
    say(status.dataset.saving);
    flying = post(names);
    try {
      await flying;
    } catch {
      for (const name of names) changed.add(name);
      say(status.dataset.waits);
      soon(AGAIN);
      return;
    } finally {
      flying = null;
      keep();
    }
    if (changed.size) soon();
  }

  const note = ({ target }) => {
    if (!target.name?.startsWith(prefix)) return false;
    changed.add(target.name);
    keep();
    return true;
  };
  on(form, "input", (event) => note(event) && soon());
  on(form, "change", (event) => note(event) && soon(0));
  // Whoever goes on sends everything anyway. A save that is still on its way must not come after that, with what was typed before.
  on(form, "submit", (event) => {
    clearTimeout(timer);
    changed.clear();
    keep();
    if (!flying) return;
    event.preventDefault();
    const { submitter } = event;
    const patience = new Promise((over) => setTimeout(over, PATIENCE));
    Promise.race([flying.catch(() => {}), patience]).then(() => {
      flying = null;
      form.requestSubmit(submitter);
    });
  });
  // A tab that is put away may never come back.
  on(document, "visibilitychange", () => document.hidden && send());
  on(globalThis, "online", () => soon(0));

  for (const [name, value] of Object.entries(unsaved(key))) if (putBack(form, name, value)) changed.add(name);
  if (changed.size) soon(0);

  return {
    async flush() {
      clearTimeout(timer);
      await flying?.catch(() => {});
      await send();
      return !changed.size;
    },
  };
}
