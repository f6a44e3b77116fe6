// Undo, redo, saving, and sending what was saved.
import { page, words } from "../console/page.js";
import { toast } from "../console/toasts.js";
import { byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { choose, form, hasFuture, hasPast, inOrder, isSaved, keep, list, redo, said, undo, watch } from "./model.js";
import { spotOf, tell } from "./spots.js";

const state = byId("placing-state");
const button = (what) => one(`[data-do=${what}]`, one(".placing-does"));
const csrf = one("[name=csrf]", form).value;
let etag = `"${said.revision}"`;
let busy = false;
let wasSaved = false;

function show() {
  button("undo").disabled = !hasPast();
  button("redo").disabled = !hasFuture();
  if (!isSaved()) state.textContent = said.unsaved;
  else state.textContent = wasSaved ? said.saved : said.lead;
}

/** Never throws: without an answer the status is 0. */
async function ask(method, address, content) {
  const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf };
  if (method === "POST") headers["idempotency-key"] = freshId();
  else headers["if-match"] = etag;
  try {
    const answer = await fetch(address, { method, headers, body: JSON.stringify(content), credentials: "same-origin" });
    if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    return { answer, content: await answer.json().catch(() => ({})) };
  } catch {
    return { answer: null, content: {} };
  }
}

const FAULTS = {
  name: said.faultName,
  page: said.faultRect,
  rect: said.faultRect,
  options: said.faultOptions,
  prefill_from: said.faultFrom,
  fields: said.faultMany,
};

/** Says why it was refused, and shows at which field. */
function refused({ content }, sent) {
  const { code, field = "", detail, title } = content;
  const [, place, part = field] = field.match(/^fields\[(\d+)\]\.(\w+)$/) ?? [];
  const own = sent[Number(place)];
  if (code === "invalid-field") {
    if (own) {
      choose(own.id);
      spotOf(own.id)?.focus();
    }
    toast(FAULTS[part] ?? said.faultOther, "bad");
  } else toast(detail || title || words.unreachable, "bad");
}

async function save() {
  const now = list();
  const sent = inOrder();
  if (isSaved()) return true;
  state.textContent = said.saving;
  const fields = sent.map(({ id, ...field }) => field);
  const answered = await ask(said.method, said.operation, { fields });
  if (!answered.answer?.ok) {
    refused(answered, sent);
    show();
    return false;
  }
  etag = answered.answer.headers.get("etag") ?? etag;
  wasSaved = true;
  keep(now);
  tell(said.saved);
  return true;
}

async function carryOut(pressed, work) {
  if (busy) return;
  busy = true;
  pressed.setAttribute("aria-busy", "true");
  await work();
  pressed.removeAttribute("aria-busy");
  busy = false;
}

async function send() {
  if (!(await save())) return;
  const answered = await ask("POST", said.send, {});
  if (answered.answer?.ok) location.assign(said.back);
  else refused(answered, []);
}

on(button("undo"), "click", undo);
on(button("redo"), "click", redo);
on(button("save"), "click", ({ currentTarget }) => carryOut(currentTarget, save));
if (button("send")) on(button("send"), "click", ({ currentTarget }) => carryOut(currentTarget, send));
on(page, "keydown", (event) => {
  const isTyped = event.target.closest("input, textarea, select");
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (key === "s") {
    event.preventDefault();
    button("save").click();
  } else if (!isTyped && (key === "z" || key === "y")) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  }
});
on(window, "beforeunload", (event) => {
  if (!isSaved() && !busy) event.preventDefault();
});
watch(show);
show();
