// The bar that leads through the document: how much is filled in, and on to what is not.
import { all, byId, make, on, one } from "../lib/dom.js";
import { bring } from "./zoom.js";

// How long a tap takes to be over, in milliseconds.
const SETTLED = 60;

const coarse = matchMedia("(pointer: coarse)");
const labelOf = (question) => one("[data-label]", question).textContent.trim();
const entryOf = (question) => one(".sign, input:not([type=hidden]), select, textarea", question);

function isFilled(question) {
  const inputs = all("input, select, textarea", question).filter((input) => input.name.startsWith("v."));
  return inputs.some((input) =>
    ["checkbox", "radio"].includes(input.type) ? input.checked : input.value.trim() !== "",
  );
}

/** `saving` tells whether everything is saved, before one goes on to the review. */
export function guide(saving) {
  const bar = byId("bar");
  const leaves = byId("leaves");
  const form = leaves.closest("form");
  const button = byId("bar-next");
  const { progress, next: nextIs, start, check, review, waits } = bar.dataset;
  // A name that stands in several places is asked for once.
  const copies = new Map();
  for (const place of all("[data-question], [data-again]", leaves)) {
    const name = place.dataset.question ?? place.dataset.again;
    copies.set(name, [...(copies.get(name) ?? []), place]);
  }
  const questions = [...copies.values()].map(([first]) => first);
  const required = questions.filter((question) => "required" in question.dataset);
  const counted = required.length ? required : questions;
  const field = make("span", { className: "doc-bar-field", dir: "auto" });
  field.setAttribute("aria-hidden", "true");
  const count = make("span", {});
  byId("bar-left").append(count, field);
  let here = null;
  let begun = false;

  const questionAt = (element) => {
    const found = element?.closest("[data-question], [data-again]");
    const name = found && (found.dataset.question ?? found.dataset.again);
    return questions.find(({ dataset }) => dataset.question === name) ?? null;
  };
  /** The next one that has to be filled in or looked at again, after where one is; from the start again after the last. */
  const next = () => {
    const isOpen = (question) => "wrong" in question.dataset || ("required" in question.dataset && !isFilled(question));
    const open = questions.filter(isOpen);
    const at = questions.indexOf(here);
    return (
      open.find((question) => questions.indexOf(question) > at) ?? open.find((question) => question !== here) ?? open[0]
    );
  };

  const show = () => {
    for (const question of questions) {
      const filled = isFilled(question);
      for (const copy of copies.get(question.dataset.question)) copy.toggleAttribute("data-filled", filled);
    }
    const done = counted.filter(isFilled).length;
    count.textContent = progress.replace("{n}", done).replace("{total}", counted.length);
    Object.assign(byId("bar-progress"), { value: done, max: counted.length || 1 });
    const open = next();
    bar.toggleAttribute("data-ready", !open);
    const label = open ? nextIs.replace("{field}", labelOf(open)) : check;
    one("span", button).textContent = open && !begun && !done ? start : label;
  };

  const goTo = (question) => {
    begun = true;
    const entry = entryOf(question);
    here = question;
    entry.focus({ preventScroll: true });
    bring(entry.closest("[data-rect]") ?? question);
    show();
  };

  const goOn = async () => {
    const open = next();
    if (open) {
      goTo(open);
      return;
    }
    // Not every browser moves the focus to a button: what is wrong is said of what was left.
    document.activeElement?.blur();
    button.setAttribute("aria-busy", "true");
    const saved = await saving.flush();
    button.removeAttribute("aria-busy");
    const wrong = next();
    if (wrong) goTo(wrong);
    else if (saved) location.assign(review);
    else field.textContent = waits;
  };

  bar.hidden = false;
  on(button, "click", goOn);
  on(form, "input", show);
  on(form, "change", show);
  on(form, "judged", show);
  on(leaves, "focusin", ({ target }) => {
    here = questionAt(target) ?? here;
    if (here) field.textContent = labelOf(here);
    begun = true;
    show();
    // A finger is still on its way up: what it pressed must not move away beneath it.
    const place = target.closest("[data-rect]");
    if (!place || !coarse.matches) return;
    setTimeout(() => document.activeElement === target && bring(place), SETTLED);
  });
  on(leaves, "focusout", () => {
    field.textContent = "";
  });
  on(form, "keydown", (event) => {
    const { key, target } = event;
    if (key !== "Enter" || !target.matches("input, select") || event.isComposing) return;
    event.preventDefault();
    const open = next();
    if (open && open !== here) goTo(open);
    else button.focus();
  });
  for (const input of all("input:not([type=hidden]), select", leaves)) input.enterKeyHint = "next";
  show();
  const wrong = one("[data-wrong]", leaves);
  if (wrong) goTo(questionAt(wrong));
}
