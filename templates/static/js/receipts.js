// Receipts of the customer's chat (R21), on pages of sessions whose settings have them: no other customer loads this.
import { isRead } from "./customer/sheet.js";
import { all, byId, make, on, one } from "./lib/dom.js";
import { receipts } from "./lib/receipts.js";

const log = byId("log");
const last = (whose) => all(`.message${whose}[data-seq]`, log).at(-1);
const newest = () => Number(last(":not(.mine)")?.dataset.seq ?? 0);

// At the last message, if it is an own one, that the other side has seen it.
function show(seen) {
  for (const old of all(".receipt", log)) old.remove();
  const own = last("");
  if (!own?.matches(".mine") || own.dataset.seq > seen) return;
  one(".meta", own).append(make("span", { className: "receipt", textContent: ` · ${log.dataset.seen}` }));
}

// The room's script has the connection, and says so where it has none.
const post = (detail) => document.dispatchEvent(new CustomEvent("looked", { detail, cancelable: true }));

if (log) {
  const kept = receipts({ post, newest, isLooking: isRead, show });
  on(document, "seen", ({ detail }) => detail.by === "agent" && kept.heard(detail));
  for (const sign of ["visibilitychange", "click", "scroll"]) on(document, sign, kept.look, true);
  let count = 0;
  new MutationObserver(() => {
    // Its own receipts are no news.
    const now = all(".message[data-seq]", log).length;
    if (now === count) return;
    count = now;
    kept.heard();
    kept.look();
  }).observe(log, { childList: true });
  kept.look();
}
