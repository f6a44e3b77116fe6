// The live connection while a workflow is filled in: the agent sees that the customer is here, and what is taken back, or over, is
// said at once.
import { all, byId, one } from "../lib/dom.js";
import { live } from "../lib/live.js";
import { fetchPage } from "../lib/pages.js";

const OVER = ["withdrawn", "declined", "completed", "accepted", "sent_back"];

/** The page as it is now; what is typed and not saved goes along, and is on the page that says why it was not taken. */
function anew() {
  const form = one(".runner-form[data-step]");
  if (form) form.requestSubmit();
  else location.reload();
}

/** Documents of this step as they are now. What is typed beside them stays. */
async function renewDocuments() {
  // By itself the page may be at another step now: a document that was taken back was perhaps all that this one asked.
  const here = new URLSearchParams(location.search);
  here.set("step", one(".runner-form[data-step]").dataset.step);
  const fresh = all(".step-document", await fetchPage(`${location.pathname}?${here}`));
  for (const [at, card] of all(".step-document").entries()) {
    if (fresh[at]) card.replaceWith(fresh[at]);
  }
}

export function stayLive() {
  const { own, waits } = byId("runner")?.dataset ?? {};
  const from = Number(document.body.dataset.seq);
  if (byId("opens")) byId("opens").hidden = false;
  if (!own || !document.body.dataset.live) return;
  const frame = ({ type, code, id, state, tier, redirect, seq, waits: now }) => {
    if (type === "error" && ["session-expired", "device", "service-down"].includes(code)) location.reload();
    else if (type === "interaction" && id === own && OVER.includes(state)) anew();
    else if (type === "interaction" && id !== own && one(".step-document")) renewDocuments().catch(() => {});
    else if (type === "session" && /^https:\/\//.test(redirect)) location.replace(redirect);
    else if (type === "session" && tier !== "full" && byId("saved")) anew();
    // R22: whoever waits looks again whenever something happened; whoever fills in hears that others come first again.
    else if (type === "session" && waits !== undefined && seq > from) location.reload();
    else if (type === "turn" && now) anew();
  };
  // Saves go their own way: only a server that refuses this page for good is a reason to load it again.
  const heard = (now, status) => {
    if (now === "lost" && status) location.reload();
  };
  live({ frame, state: heard, queue() {} });
}
