// Copying: the button says that it worked.
import { byId, on, one } from "../lib/dom.js";
import { words } from "./page.js";
import { toast } from "./toasts.js";

// How long the button says so, in milliseconds.
const SAYS = 2_000;

on(document, "click", async (event) => {
  const button = event.target.closest("[data-do=copy]");
  if (!button) return;
  const input = byId(button.dataset.copy);
  const label = one("span", button);
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(input.value);
    label.textContent = words.copied;
    toast(words.copied);
    setTimeout(() => {
      label.textContent = before;
    }, SAYS);
  } catch {
    input.focus();
    input.select();
    toast(words.copyFailed, "bad");
  }
});
