// Who is here and who writes.
import { showIndicatorOf, sign } from "../console/indicators.js";
import { all, byId, one } from "../lib/dom.js";
import { showTimes } from "../lib/times.js";
import { keepPlace } from "./reading.js";
import { room, sid } from "./room.js";

// Who types says so again within this time, in milliseconds.
const TYPING = 8_000;

const typing = byId("typing");
let typingEnds;

/** Shows a sign of presence everywhere; tells whether that was news. */
export function showIndicator(indicator) {
  const model = sign(indicator);
  if (!model) return false;
  for (const label of all("[data-indicator-words]", room)) label.textContent = model.dataset.words;
  return showIndicatorOf(sid, indicator);
}

export function showTyping(yes, name) {
  clearTimeout(typingEnds);
  // R22: it may be a participant.
  if (name) one("bdi", typing).textContent = name.split(" ")[0];
  keepPlace(() => {
    typing.hidden = !yes;
  });
  if (yes) typingEnds = setTimeout(showTyping, TYPING);
}

/** The row of this session in the pane says the last thing too. */
export function sayInPane({ name, text, attachment, at }) {
  const row = one(`.pane [data-row="${CSS.escape(sid)}"]`);
  if (!row) return;
  one(".session-row-last", row).textContent = `${name.split(" ")[0]}: ${text || attachment?.name}`;
  one("time", row).dateTime = at;
  showTimes(row);
}
