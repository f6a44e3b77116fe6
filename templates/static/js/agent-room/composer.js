// The composer: Enter sends, and nothing typed is ever lost: not by a reload, not by a failed request, not by the end.
import { page, words } from "../console/page.js";
import { isRefused, post, problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { attaching } from "../lib/attaching.js";
import { byId, make, on, one } from "../lib/dom.js";
import { draft } from "../lib/drafts.js";
import { freshId } from "../lib/ids.js";
import { sayLength } from "../lib/lengths.js";
import { api, sid } from "./room.js";
import { add, bubble, drop, isShown, ownBubble, say, settle, tidy } from "./stream.js";
import { unmark } from "./unread.js";
import { postJson } from "./upload.js";

export const composer = byId("composer");
const text = byId("text");
const kept = draft(`draft:${sid}`);
let connection = null;

const growsItself = CSS.supports("field-sizing", "content");
function grow() {
  if (growsItself) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/** Puts a text in the place of what is typed. */
export function setText(value) {
  text.value = value;
  kept.keep(value);
  grow();
}

/** From now on messages go over this connection. */
export function sendOver(live) {
  connection = live;
}

/** Closes the composer at the end of the session, and opens it again when it goes on. What is typed stays in it. */
export function setClosed(closed) {
  text.readOnly = one("[type=submit]", composer).disabled = closed;
  if (byId("clip")) byId("clip").disabled = closed;
}

/** Whether something is typed that was not sent. */
export const hasDraft = () => Boolean(text.value.trim());

/** Puts the focus where one writes, or where one reads when there is nothing to write. */
export function focusText() {
  (text.readOnly ? byId("main") : text).focus({ preventScroll: true });
}

/** What the server will not have goes back to where it can be changed; what is typed there by now stays behind it. */
export function refuse(item, body, reason) {
  if (item) drop(item);
  setText([body, text.value].filter(Boolean).join("\n"));
  toast(`${words.sendFailed}: ${reason}`, "bad");
}

// Without a live connection (none in the page, or no WebSocket on this network) a message is a request like any other.
async function request(item) {
  const body = one(".msg-text", item).textContent;
  const { id } = item.dataset;
  say(item, words.sending);
  delete item.dataset.failed;
  const csrf = one("[name=csrf]", composer).value;
  const answer = await post(`${api}/messages`, new URLSearchParams({ csrf, idempotency_key: id, id, text: body }));
  if (answer.ok) {
    settle(item, answer.body);
    return;
  }
  if (isRefused(answer)) {
    refuse(item, body, problemText(answer));
    return;
  }
  say(item, `${words.sendFailed} `);
  item.dataset.failed = "";
  const retry = make("button", { type: "button", textContent: words.retry });
  on(retry, "click", () => request(item));
  one(".msg-status", item).append(retry);
}

const csrf = () => one("[name=csrf]", composer).value;
const beside =
  byId("attaching") &&
  attaching({
    field: text,
    announce: (fields) => postJson(byId("attaching").dataset.uploads, fields, csrf(), freshId()),
    // The message's own id makes a repetition harmless; a kept refusal would stay one.
    post: (fields) => postJson(byId("attaching").dataset.post, fields, csrf(), freshId()),
    posted: (message) => add(bubble({ ...message, name: page.dataset.me }), { own: true }),
  });

function send() {
  if (beside?.has()) {
    if (!text.readOnly && !sayLength(text)) beside.submit();
    return;
  }
  const body = text.value.trim();
  if (!body || text.readOnly || sayLength(text)) return;
  unmark();
  setText("");
  if (connection) {
    connection.send(body);
  } else {
    const item = ownBubble({ id: freshId(), text: body });
    add(item, { own: true });
    request(item);
  }
  text.focus();
}

/** Shows the own messages that the server has not confirmed. */
export function showQueue(queue) {
  for (const message of queue) if (!isShown(message.id)) add(ownBubble(message), { own: true });
}

kept.follow(text);
grow();
sayLength(text);
on(composer, "submit", (event) => {
  event.preventDefault();
  send();
});
on(text, "keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
function bring(event) {
  const { target, clipboardData, dataTransfer } = event;
  const [file] = target.files ?? (clipboardData ?? dataTransfer)?.files ?? [];
  if (!file || text.readOnly) return;
  event.preventDefault();
  event.stopPropagation();
  beside.choose(file);
  if (target.files) target.value = "";
}
if (beside) {
  for (const type of ["change", "paste", "drop"]) on(composer, type, bring);
  on(composer, "dragover", (event) => event.preventDefault());
}
on(text, "input", () => {
  grow();
  sayLength(text);
  if (unmark()) tidy();
  if (text.value) connection?.typing();
});
