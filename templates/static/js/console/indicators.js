// The customer's status (R14). The five signs come from a template, wherever a customer is shown.
import { all, byId, one } from "../lib/dom.js";

/** What the template has of a sign, if there is such a sign. */
export const sign = (indicator) => one(`[data-indicator="${CSS.escape(indicator)}"]`, byId("indicators").content);

/** Shows the sign of a session's customer everywhere; tells whether that was news. */
export function showIndicatorOf(session, indicator) {
  const model = sign(indicator);
  if (!model) return false;
  let changed = false;
  for (const holder of all(`[data-indicator-of="${CSS.escape(session)}"]`)) {
    if (holder.dataset.indicator === indicator) continue;
    changed = true;
    holder.dataset.indicator = indicator;
    const mark = one(".indicator", model).cloneNode(true);
    mark.classList.add("indicator-new");
    const old = one(".indicator", holder);
    if (old) old.replaceWith(mark);
    else one(".avatar", holder)?.append(mark);
  }
  return changed;
}
