// Operations: any form of the room other than the composer.
import { openDialog } from "../console/dialogs.js";
import { page, words } from "../console/page.js";
import { problemText, submit } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { exact } from "../console/wording.js";
import { all, byId, on, one } from "../lib/dom.js";
import { composer, focusText, hasDraft } from "./composer.js";
import { holdBack } from "./ending.js";
import { refresh } from "./parts.js";
import { room } from "./room.js";

let leaving = false;

/** Whether this page is on its way to another: what becomes of the room is nobody's business here any more. */
export const isLeaving = () => leaving;

/** Shows a link that was made, to be passed on; tells whether there is one. */
export function showLink({ url, expires_at: until }) {
  if (!url) return false;
  const line = byId("link-until");
  byId("link-url").value = url;
  line.textContent = until ? `${line.dataset.until} ${exact(Date.parse(until))}` : "";
  openDialog("link");
  one("[data-do=copy]", byId("link")).focus();
  refresh();
  return true;
}

// What an operation leads to; without an entry, or with `false`, it is said and the parts are fetched.
const done = {
  links: showLink,
  // R12: where no invitation is sent, the answer carries the link to pass on.
  invite: showLink,
  // R22: so does the link of somebody who was added, where nothing is sent.
  participants: showLink,
  // R5: so does that of a link which no message could carry.
  "device/release": showLink,
  // R9: whoever gave the session away is done with it.
  "transfer/approve"() {
    leaving = true;
    location.assign("/console");
    return true;
  },
  end() {
    const { afterEnd } = page.dataset;
    // R2: what is typed is not left behind; the room stays, and can be read.
    if (hasDraft()) toast(words.draftKept);
    if (!afterEnd || hasDraft()) return false;
    leaving = true;
    location.assign(afterEnd);
    return true;
  },
};
const said = {
  invite: words.doneInvite,
  "device/release": words.doneRelease,
  "pin/reset": words.doneReset,
  renew: words.doneRenew,
  "keep-open": words.doneKeep,
};

async function carryOut(form, button) {
  const { operation } = form.dataset;
  const answer = await submit(form, button);
  if (!answer) return;
  for (const menu of all("details.menu[open]", room)) menu.open = false;
  form.closest("dialog[open]")?.close();
  // What was not taken is there again when the dialog is, and when the part is rendered again.
  if (answer.ok && form.closest("dialog")) form.reset();
  form.toggleAttribute("data-sent", answer.ok);
  // A part with the focus in it would wait; this one is what the agent just changed.
  if (form.closest("[data-part]")) focusText();
  // Whoever is signed out is told so by a dialog of its own.
  if (answer.status === 401) return;
  const leadsTo = done[operation] ?? (operation.startsWith("participants/") ? showLink : undefined);
  if (answer.ok && leadsTo?.(answer.body)) return;
  if (!answer.ok) toast(problemText(answer), "bad");
  else if (said[operation]) toast(said[operation]);
  refresh();
}

/** Sends all that is prepared, in its order; what is refused is said, and the rest stays as it is. */
async function sendAll(button) {
  button.setAttribute("aria-busy", "true");
  for (const form of all("form[data-operation$='/send']", room)) {
    const answer = await submit(form);
    if (answer && !answer.ok) {
      toast(problemText(answer), "bad");
      break;
    }
  }
  button.removeAttribute("aria-busy");
  refresh();
}

on(room, "click", ({ target }) => {
  const button = target.closest("[data-do=send-all]");
  if (button && !button.hasAttribute("aria-busy")) sendAll(button);
});

on(room, "submit", (event) => {
  const form = event.target.closest("form[data-operation]");
  if (!form || form === composer) return;
  event.preventDefault();
  // R1: nobody notices that a plan is discarded, so there is nothing to take back.
  if (form.dataset.operation === "end" && room.dataset.state !== "planned") {
    form.closest("dialog[open]")?.close();
    holdBack(form, () => carryOut(form));
  } else {
    carryOut(form, event.submitter);
  }
});
