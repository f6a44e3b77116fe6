// Who is here and who writes. The five signs come from a template, wherever this customer is shown.
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
  const model = one(`[data-indicator="${CSS.escape(indicator)}"]`, byId("indicators").content);
  if (!model) return false;
  let changed = false;
  for (const holder of all(`[data-indicator-of="${CSS.escape(sid)}"]`)) {
    if (holder.dataset.indicator === indicator) continue;
    changed = true;
    holder.dataset.indicator = indicator;
    const mark = one(".indicator", model).cloneNode(true);
    mark.classList.add("indicator-new");
    const old = one(".indicator", holder);
    if (old) old.replaceWith(mark);
    else one(".avatar", holder)?.append(mark);
  }
  for (const label of all("[data-indicator-words]", room)) label.textContent = model.dataset.words;
  return changed;
}

export function showTyping(yes) {
  clearTimeout(typingEnds);
  keepPlace(() => {
    typing.hidden = !yes;
  });
  if (yes) typingEnds = setTimeout(showTyping, TYPING);
}

/** The row of this session in the pane says the last thing too. */
export function sayInPane({ name, text, at }) {
  const row = one(`.pane [data-row="${CSS.escape(sid)}"]`);
  if (!row) return;
  one(".session-row-last", row).textContent = `${name.split(" ")[0]}: ${text}`;
  one("time", row).dateTime = at;
  showTimes(row);
}
