// The room: what the server says over the live connection, and where it goes.
import { byId, on, one } from "../lib/dom.js";
import { live } from "../lib/live.js";
import { comeBack } from "./again.js";
import { isClosing, watchClosing } from "./closing.js";
import { showKept } from "./kept.js";
import { showMessage, showQueue } from "./log.js";
import { showPresence, showTyping } from "./presence.js";
import { refresh } from "./refresh.js";
import { chatComes, countUnread, dressSheet } from "./sheet.js";
import { dressWriting, giveBack } from "./writing.js";

// What happens together is asked about together.
const TOGETHER = 200;

let connection;
let refreshTimer;

const refreshSoon = () => {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refresh, TOGETHER);
};

const onFrame = (message) => {
  const { type, from, participant, code, id, redirect } = message;
  // R22: whose page this is, the server says; without a name it is the customer's.
  const { seat = "" } = document.body.dataset;
  const own = ["customer", "participant"].includes(from) && (participant ?? "") === seat;
  if (type === "message") {
    showMessage(message, own);
    if (own) return;
    showTyping(false);
    countUnread();
    // Somebody is there again: the warning may be off.
    if (isClosing()) refreshSoon();
  } else if (type === "presence" || type === "pong") {
    showPresence(Boolean(message.agent));
  } else if (type === "seen") {
    // Where there are receipts, a script of their own hears and tells what was seen.
    document.dispatchEvent(new CustomEvent("seen", { detail: message }));
  } else if (type === "typing") {
    if (from === "agent") showTyping(true);
  } else if (type === "error") {
    if (["session-expired", "device", "service-down"].includes(code)) location.reload();
    else if (id) giveBack(connection.refuse(id));
  } else if (["session", "interaction", "settings"].includes(type)) {
    if (/^https:\/\//.test(redirect)) {
      location.replace(redirect);
      return;
    }
    refreshSoon();
  }
};

const onState = (now, status) => {
  byId("offline").hidden = now !== "waiting";
  if (now !== "lost" && now !== "superseded") return;
  if (status) {
    // Not the network's doing: the page says why.
    location.reload();
    return;
  }
  const screen = byId(`closed-${now}`).content.cloneNode(true);
  document.body.className = "narrow";
  byId("room").replaceWith(screen);
  byId("chat-open")?.remove();
  one("main h1").focus();
  showKept(one("main"));
  // A tab that another one took over from does not take it back.
  if (now === "lost") comeBack(location.pathname + location.search, (answer) => answer < 500);
};

export function enterRoom() {
  document.body.classList.add("scripted");
  if (byId("chat")) {
    dressSheet();
    dressWriting(() => connection);
    chatComes();
  } else {
    showKept(byId("room"));
  }
  watchClosing(refresh);
  if (document.body.dataset.live) connection = live({ frame: onFrame, state: onState, queue: showQueue });
  on(document, "looked", (event) => connection?.post(event.detail) || event.preventDefault());
}
