// What the console asks the server. Whoever turns out to be signed out is told so, whatever it was.
import { all, byId, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { fetchPage } from "../lib/pages.js";
import { openDialog } from "./dialogs.js";
import { words } from "./page.js";

// After how long a page that could not be had is asked for again, in milliseconds: nobody else would ask, where nothing more happens.
const PAUSES = [1_000, 3_000];

const isForLater = ({ status, name }) =>
  (status === undefined && name !== "AbortError") || status >= 500 || status === 429;

function signedOut() {
  const closed = byId("closed");
  if (!closed) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  for (const line of all("[data-why]", closed)) line.hidden = line.dataset.why !== "signed-out";
  openDialog("closed");
}

/**
 * A page of the console, as `fetchPage` gives it; asked for three times in all while the server cannot be reached, or is not well.
 * Somebody who is signed out is sent to the way in, and so is this.
 */
export async function consolePage(address, options, pauses = PAUSES) {
  try {
    return await fetchPage(address, options);
  } catch (error) {
    if (error.status === 401 || error.redirected) signedOut();
    const [pause, ...later] = pauses;
    if (!pause || !isForLater(error)) throw error;
    await new Promise((over) => setTimeout(over, pause));
    return consolePage(address, options, later);
  }
}

/** Posts fields to an operation. Never throws: without an answer the status is 0. */
export async function post(action, fields) {
  const headers = { accept: "application/json" };
  let answer;
  try {
    answer = await fetch(action, { method: "POST", body: fields, headers, credentials: "same-origin" });
  } catch {
    return { ok: false, status: 0, body: { detail: words.unreachable } };
  }
  const { ok, status } = answer;
  const body = await answer.json().catch(() => ({}));
  if (status === 401) signedOut();
  return { ok, status, body };
}

/** The end of a day that a form names, where its reader is; nothing without one. */
export const dayEnds = (day) => (day ? new Date(`${day}T23:59:59`).toISOString() : undefined);

export const problemText = ({ body }) => body.detail || body.title || words.unreachable;

/** The server said no for good: the same again would get the same answer. */
export const isRefused = ({ status }) => status >= 400 && status < 500 && status !== 429;

/**
 * Submits a form: the same fields as without a script, answered in JSON; nothing while it is already on its way. A key
 * belongs to one answered request; a request that got no answer is sent again with the same key, so that nothing happens
 * twice.
 */
export async function submit(form, button) {
  if (form.dataset.busy) return null;
  form.dataset.busy = "1";
  button?.setAttribute("aria-busy", "true");
  const fields = new URLSearchParams(new FormData(form, button?.name ? button : undefined));
  for (const { name, value } of all("[data-whole-day]", form)) {
    if (value) fields.set(name, dayEnds(value));
  }
  const answer = await post(form.action, fields);
  delete form.dataset.busy;
  button?.removeAttribute("aria-busy");
  const key = one("[name=idempotency_key]", form);
  if (key && answer.status !== 0 && answer.status < 500) key.value = freshId();
  return answer;
}
