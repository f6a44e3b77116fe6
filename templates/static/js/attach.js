// Files in the customer's chat (R21): no phone loads this before there is one.
import { showMessage, toEnd } from "./customer/log.js";
import { attached } from "./lib/attached.js";
import { attaching } from "./lib/attaching.js";
import { all, byId, on, one } from "./lib/dom.js";

// How far from its end somebody may be, in pixels, who still follows the chat.
const NEAR = 400;

const log = byId("log");
const room = location.pathname;

async function ask(address, fields) {
  const options = { method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json" } };
  try {
    const answer = await fetch(address, options);
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}

function dress() {
  for (const item of all("[data-file]", log)) {
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    const file = JSON.parse(item.dataset.file);
    delete item.dataset.file;
    one(".meta", item).before(attached(file, `${room}/messages/${item.dataset.seq}`, true));
    if (near) toEnd();
  }
}

let current = null;

// The server's page may have taken the place of the field.
function beside() {
  const box = byId("attaching");
  if (!box) return null;
  if (current?.box === box) return current;
  const { uploads, post, csrf } = box.dataset;
  current = attaching({
    field: byId("text"),
    announce: (fields) => ask(uploads, { ...fields, csrf }),
    post: (fields) => ask(post, { ...fields, csrf }),
    posted: (message) => showMessage(message, true),
  });
  return current;
}

on(document, "attach", ({ detail }) => beside()?.choose(detail));
// Before the room's own script, which knows of texts alone.
on(
  byId("chat"),
  "submit",
  (event) => {
    if (!beside()?.has()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    current.submit();
  },
  true,
);
new MutationObserver(dress).observe(log, { childList: true });
dress();
