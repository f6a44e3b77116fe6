// What was said: the messages of the chat, in the server's order.
import { byId, make } from "../lib/dom.js";
import { linked } from "../lib/linked.js";
import { showTimes } from "../lib/times.js";

// How far from its end somebody may be, in pixels, who still follows the chat.
const NEAR = 80;

const log = byId("log");

export function toEnd() {
  if (log) log.scrollTop = log.scrollHeight;
}

// One's own messages only: others may call theirs the same.
const find = (id) => [...log.children].find((item) => item.matches(".mine") && item.dataset.id === id);

// The same as the server makes; without a number it is on its way.
const row = ({ id, seq, own, name = "", text, links, at, attachment }) => {
  const item = make("div", { className: own ? "message mine" : "message" });
  const meta = make("span", { className: "meta" });
  item.dataset.id = id;
  meta.append(make("bdi", { textContent: own ? log.dataset.you : name.split(" ")[0] }), " · ");
  if (seq) {
    const time = make("time", { dateTime: at });
    item.dataset.seq = seq;
    time.dataset.show = "ago";
    meta.append(time);
  } else {
    item.classList.add("on-its-way");
    meta.append(log.dataset.sending);
  }
  const words = make("p", { dir: "auto" });
  words.append(...linked(text, links));
  if (text) item.append(words);
  item.append(meta);
  if (attachment) {
    // Files have a script of their own, which comes with the first.
    item.dataset.file = JSON.stringify(attachment);
    import(log.dataset.attach);
  }
  return item;
};

/** Shows a message that the server has. */
export function showMessage(message, own) {
  if (!log) return;
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const item = row({ ...message, own });
  if (own) find(message.id)?.remove();
  // It may come again after a reconnect.
  log.querySelector(`[data-seq="${Number(message.seq)}"]`)?.remove();
  // In the server's order, and before what is still on its way.
  const next = [...log.children].find((other) => Number(other.dataset.seq || Infinity) > message.seq);
  log.insertBefore(item, next || null);
  showTimes(item);
  const hint = byId("log-empty");
  if (hint) hint.hidden = true;
  if (own || near) toEnd();
}

/** Shows which own messages are on their way, and no others. */
export function showQueue(queue) {
  if (!log) return;
  for (const item of log.querySelectorAll(".on-its-way")) {
    if (!queue.some((own) => own.id === item.dataset.id)) item.remove();
  }
  for (const message of queue) {
    if (!find(message.id)) log.append(row({ ...message, own: true }));
  }
  if (queue.length) toEnd();
}
