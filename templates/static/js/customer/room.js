// The room: what the server says over the live connection, and where it goes.
import { byId, one } from "../lib/dom.js";
import { live } from "../lib/live.js";
import { showMessage, showQueue } from "./log.js";
import { showPresence, showTyping } from "./presence.js";
import { refresh } from "./refresh.js";
import { chatComes, countUnread, dressSheet } from "./sheet.js";
import { dressWriting, giveBack } from "./writing.js";

// What happens together is asked about together.
const TOGETHER = 200;

let connection;
let refreshTimer;

const onFrame = (message) => {
  const { type, from, code, id, redirect } = message;
  const own = from === "customer";
  if (type === "message") {
    showMessage(message, own);
    if (own) return;
    showTyping(false);
    countUnread();
  } else if (type === "presence" || type === "pong") {
    showPresence(Boolean(message.agent));
  } else if (type === "typing") {
    if (!own) showTyping(true);
  } else if (type === "error") {
    if (["session-expired", "device", "service-down"].includes(code)) location.reload();
    else if (id) giveBack(connection.refuse(id));
  } else if (["session", "interaction", "settings"].includes(type)) {
    if (/^https:\/\//.test(redirect)) {
      location.replace(redirect);
      return;
    }
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, TOGETHER);
  }
};

const onState = (now) => {
  byId("offline").hidden = now !== "waiting";
  if (now !== "lost" && now !== "superseded") return;
  const screen = byId(`closed-${now}`).content.cloneNode(true);
  document.body.className = "narrow";
  byId("room").replaceWith(screen);
  byId("chat-open")?.remove();
  one("main h1").focus();
};

export function enterRoom() {
  document.body.classList.add("scripted");
  if (byId("chat")) {
    dressSheet();
    dressWriting(() => connection);
    chatComes();
  }
  if (document.body.dataset.live) connection = live({ frame: onFrame, state: onState, queue: showQueue });
}
