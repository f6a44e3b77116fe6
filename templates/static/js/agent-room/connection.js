// The live connection of the room. Its loss is a calm bar after three seconds; only when it is lost for good a dialog says
// so.
import { openDialog } from "../console/dialogs.js";
import { page, words } from "../console/page.js";
import { byId, on } from "../lib/dom.js";
import { live } from "../lib/live.js";
import { refuse, sendOver, showQueue } from "./composer.js";
import { isLeaving } from "./operations.js";
import { hear, refresh } from "./parts.js";
import { sayInPane, showTyping } from "./presence.js";
import { watchSeen } from "./seen.js";
import { add, bubble, pendingBubble, settle } from "./stream.js";

// How long frames that were sent side by side may be apart, in milliseconds.
const CROSSED = 2_000;

let connection;
let seen;
let gone = false;

const askAgain = () => connection.post({ type: "ping" });

function onMessage(message) {
  if (message.from !== "agent") showTyping(false);
  const own = message.id && pendingBubble(message.id);
  if (own) settle(own, message);
  else add(bubble(message));
  seen.heard();
  sayInPane(message);
}

function onError({ id, code }) {
  const text = id && connection.refuse(id);
  if (text) refuse(pendingBubble(id), text, code === "invalid-message" ? words.messageTooLong : words.composerClosed);
}

function onFrame(message) {
  switch (message.type) {
    case "presence":
    case "pong":
      if (message.indicator) hear(message.indicator);
      // R22: who of the others is here stands in their list.
      if (message.type === "presence" && message.participants) refresh();
      if (message.customer === false) showTyping(false);
      // Who leaves by one connection may have come by another, and the two frames may have crossed: a pong says how it is.
      if (message.type === "presence" && message.customer === false) setTimeout(askAgain, CROSSED);
      break;
    case "typing":
      if (message.from !== "agent") showTyping(true, message.name);
      break;
    case "message":
      onMessage(message);
      break;
    case "seen":
      if (message.by === "customer") seen.heard(message);
      break;
    case "error":
      onError(message);
      break;
    case "transfer":
      if (message.gone && !isLeaving()) handedOver(message.owner);
      else if (!isLeaving()) refresh();
      break;
    case "session":
    case "interaction":
    case "settings":
      if (isLeaving()) break;
      refresh();
      document.dispatchEvent(new CustomEvent("session-changed"));
      break;
  }
}

// R9: the session is a colleague's now, and no longer this reader's to see.
function handedOver(name) {
  gone = true;
  const title = byId("handed-over-title");
  title.textContent = title.dataset.text.replace("{name}", name);
  openDialog("handed-over");
}

function onState(state) {
  if (gone) return;
  byId("connection").hidden = state !== "waiting";
  if ((state === "lost" || state === "superseded") && !isLeaving()) openDialog("closed");
}

for (const id of ["closed", "handed-over"]) on(byId(id), "cancel", (event) => event.preventDefault());
if (page.dataset.live) {
  connection = live({ frame: onFrame, state: onState, queue: showQueue });
  sendOver(connection);
  seen = watchSeen(connection.post);
}
