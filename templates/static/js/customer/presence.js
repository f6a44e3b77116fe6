// Whether the agent is here, and whether they are writing.
import { byId } from "../lib/dom.js";

// Who types says so again within this time, in milliseconds.
const TYPING = 8_000;

let typingEnds;

export function showPresence(here) {
  const line = byId("presence");
  const away = byId("inactive");
  if (away && here) away.hidden = true;
  if (!line) return;
  line.toggleAttribute("data-on", here);
  const text = here ? line.dataset.here : line.dataset.away;
  if (line.textContent !== text) line.textContent = text;
}

export function showTyping(yes) {
  const line = byId("typing");
  if (!line) return;
  clearTimeout(typingEnds);
  line.textContent = yes ? line.dataset.text : "";
  if (yes) typingEnds = setTimeout(showTyping, TYPING);
}
