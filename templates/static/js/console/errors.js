// Errors stand at their fields or above their form, and what was typed stays.
import { byId, make, one } from "../lib/dom.js";

const copyOf = (template) => byId(template).content.firstElementChild.cloneNode(true);

/** Says at a field what is wrong with it; without a text, that nothing is. */
export function setError(input, text) {
  const id = `${input.id}-error`;
  byId(id)?.remove();
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  if (text) {
    const message = copyOf("field-error");
    message.id = id;
    one("span", message).textContent = text;
    input.insertAdjacentElement("afterend", message);
    input.setAttribute("aria-invalid", "true");
    described.unshift(id);
  } else {
    input.removeAttribute("aria-invalid");
  }
  if (described.length) input.setAttribute("aria-describedby", described.join(" "));
  else input.removeAttribute("aria-describedby");
}

/** Says above a form what is wrong with all of it, and leads to the `room` that stands in the way; without a text, nothing. */
export function formError(form, text, room) {
  const frame = one(".form-errors", form);
  frame.replaceChildren();
  if (!text) return;
  const banner = copyOf("form-error");
  one("p", banner).textContent = text;
  if (room) one("p", banner).append(" ", make("a", { href: room.address, textContent: room.text }));
  frame.append(banner);
}
