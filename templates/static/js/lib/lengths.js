// A message that is too long is said to be, and never cut.
import { byId } from "./dom.js";

/** Says by how many characters the text in `field` is too long; tells whether it is. Counts as the server does. */
export function sayLength(field) {
  const line = byId("too-long");
  const over = [...field.value.trim()].length - field.dataset.max;
  const tooLong = over > 0;
  if (line) {
    line.hidden = !tooLong;
    line.textContent = tooLong ? line.dataset.text.replace("{n}", over) : "";
  }
  field.toggleAttribute("aria-invalid", tooLong);
  return tooLong;
}
