// The agent's room: live parts, the stream, the composer, the countdown, the PIN card. Bundled after console.js and live.js.
const room = document.getElementById("room");
const base = page.dataset.room;
const api = page.dataset.api;
const sid = page.dataset.sid;
const frame = document.getElementById("stream-frame");
const stream = document.getElementById("stream");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const jump = document.getElementById("jump");
let lastSeq = Number(page.dataset.seq ?? 0);
let connection = null;

// Reading position. The frame is laid out from its end, so the newest is in view before any script runs; when the
// reader has scrolled up, what is added below must not move what they read.
const atEnd = () => Math.abs(frame.scrollTop) < 48;
const toEnd = () => frame.scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
function keepPlace(change) {
  const end = atEnd();
  const anchor = end ? null : all("li", stream).find((item) => item.getBoundingClientRect().bottom > frame.getBoundingClientRect().top);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) frame.scrollTop += anchor.getBoundingClientRect().top - before;
  return end;
}
on(jump, "click", () => { toEnd(); jump.hidden = true; });
on(frame, "scroll", () => { if (atEnd()) { jump.hidden = true; saw(); } }, { passive: true });

// Days and heads depend on the reader's zone and on the neighbours, so they are told again after every change.
function tidy() {
  let last = null;
  let day = "";
  for (const item of [...stream.children]) {
    if (item.matches(".day")) { item.remove(); continue; }
    if (item.matches(".unread")) { last = null; continue; }
    const at = Date.parse(item.dataset.at);
    if (Number.isNaN(at)) continue;
    const today = dayOf(at);
    if (today !== day) {
      day = today;
      last = null;
      const line = document.createElement("li");
      line.className = "day";
      const label = document.createElement("span");
      label.textContent = today;
      line.append(label);
      const before = item.previousElementSibling?.matches(".unread") ? item.previousElementSibling : item;
      before.before(line);
    }
    if (item.matches(".msg")) {
      const follows = last?.matches(".msg") && last.dataset.from === item.dataset.from && one(".msg-name", last).textContent === one(".msg-name", item).textContent && at - Date.parse(last.dataset.at) < 300000;
      item.toggleAttribute("data-follows", Boolean(follows));
    }
    last = item;
  }
  one(".stream-empty", stream)?.remove();
}
if (one("[data-seq]", stream)) tidy();
tellTimes(stream);

// An unread line before what came while the reader was elsewhere.
const away = () => document.hidden || !document.hasFocus();
function markUnread(item) {
  if (one(".unread", stream)) return;
  item.before(document.getElementById("unread-template").content.firstElementChild.cloneNode(true));
}
on(text, "input", () => { if (one(".unread", stream)) { one(".unread", stream).remove(); tidy(); } });

// What this browser's reader has seen of each session, the last hundred of them. A page that is only looked at writes
// nothing on the server, so this stays here.
const seenUntil = () => { try { return JSON.parse(recall("parlor-seen") ?? "{}"); } catch { return {}; } };
function saw() {
  if (away() || !atEnd()) return;
  const { [sid]: before, ...others } = seenUntil();
  if (before === lastSeq) return;
  remember("parlor-seen", JSON.stringify(Object.fromEntries([...Object.entries(others).slice(-99), [sid, lastSeq]])));
}
const seenBefore = seenUntil()[sid];
if (seenBefore && !one(".unread", stream)) {
  const first = all("[data-seq]", stream).find((item) => Number(item.dataset.seq) > seenBefore);
  if (first && first.previousElementSibling) { markUnread(first); tidy(); }
}
on(window, "focus", () => { unread = 0; document.title = title; saw(); });
const title = document.title;
let unread = 0;
saw();

function place(item) {
  const seq = Number(item.dataset.seq);
  const known = seq ? one(`[data-seq="${seq}"]`, stream) : null;
  if (known) {
    // Nothing but a changed entry is put in again: it may be under the pointer.
    if (known.textContent !== item.textContent && !known.matches(".msg")) known.replaceWith(item);
    return false;
  }
  const after = all("[data-seq]", stream).filter((other) => Number(other.dataset.seq) < seq).pop();
  if (!seq) stream.append(item);
  else if (after) after.after(item);
  else stream.prepend(item);
  if (seq > lastSeq) lastSeq = seq;
  return true;
}
function add(item, { own = false, quiet = false } = {}) {
  let added = false;
  const end = keepPlace(() => {
    added = place(item);
    if (!added) return;
    item.dataset.new = "";
    if (!own && !quiet && away()) markUnread(item);
    tidy();
  });
  tellTimes(item);
  if (!added || quiet) return;
  if (!own && away()) document.title = `(${++unread}) ${title}`;
  if (own || end) requestAnimationFrame(toEnd);
  else jump.hidden = false;
  saw();
}
function bubble({ seq, id, from, name, text: body, at }) {
  const item = document.getElementById("message-template").content.firstElementChild.cloneNode(true);
  if (seq) item.dataset.seq = seq;
  item.dataset.id = id ?? "";
  item.dataset.from = from;
  item.dataset.at = at;
  one(".msg-name", item).textContent = name;
  one("time", item).dateTime = at;
  one(".msg-text", item).textContent = body;
  return item;
}

// The composer: Enter sends, and nothing typed is ever lost: not by a reload, not by a failed request, not by the end.
const draftKey = `draft:${sid}`;
draft(text, draftKey);
const grow = () => {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
};
grow();
function setText(value) {
  text.value = value;
  keep(draftKey, value);
  grow();
}
const say = (item, status) => {
  const line = one(".msg-status", item);
  line.hidden = !status;
  line.textContent = status;
  item.toggleAttribute("data-pending", status === words.sending);
};
const pendingBubble = (id) => all(".msg:not([data-seq])", stream).find((item) => item.dataset.id === id);
const ownBubble = ({ id, text: body }) => {
  const item = bubble({ id, from: "agent", name: page.dataset.me, text: body, at: new Date(now()).toISOString() });
  say(item, words.sending);
  return item;
};
function settle(item, { seq, at }) {
  if (!seq || !item.isConnected) return;
  say(item, "");
  delete item.dataset.failed;
  const twin = one(`[data-seq="${seq}"]`, stream);
  if (twin && twin !== item) { item.remove(); tidy(); return; }
  item.dataset.seq = seq;
  if (at) { item.dataset.at = at; one("time", item).dateTime = at; tellTimes(item); }
  if (seq > lastSeq) lastSeq = seq;
}
// What the server will not have goes back to where it can be changed; what is typed there by now stays behind it.
function refuse(item, body, reason) {
  item?.remove();
  tidy();
  setText([body, text.value].filter(Boolean).join("\n"));
  toast(`${words.sendFailed}: ${reason}`, "bad");
}
// Without a live connection (none in the page, or no WebSocket on this network) a message is a request like any other.
async function request(item) {
  const body = one(".msg-text", item).textContent;
  say(item, words.sending);
  delete item.dataset.failed;
  const fields = new URLSearchParams({ csrf: one("[name=csrf]", composer).value, idempotency_key: item.dataset.id, id: item.dataset.id, text: body });
  const answer = await post(`${api}/messages`, fields);
  if (answer.ok) { settle(item, answer.body); return; }
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) { refuse(item, body, problemText(answer)); return; }
  say(item, `${words.sendFailed} `);
  item.dataset.failed = "";
  const retry = document.createElement("button");
  retry.type = "button";
  retry.textContent = words.retry;
  on(retry, "click", () => request(item));
  one(".msg-status", item).append(retry);
}
function send() {
  const body = text.value.trim();
  if (!body || text.matches(":disabled")) return;
  one(".unread", stream)?.remove();
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
function showQueue(queue) {
  for (const own of queue) if (!all(".msg", stream).some((item) => item.dataset.id === own.id)) add(ownBubble(own), { own: true });
}
on(composer, "submit", (event) => { event.preventDefault(); send(); });
on(text, "keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
on(text, "input", () => { grow(); if (text.value) connection?.typing(); });

// Earlier entries come in above, and what one reads stays where it is.
on(frame, "click", async (event) => {
  const link = event.target.closest("[data-do=earlier]");
  if (!link) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = one("[data-do=earlier]", found);
    keepPlace(() => {
      for (const item of all("#stream > [data-seq]", found)) place(item);
      if (next) link.replaceWith(next); else link.remove();
      tidy();
      tellTimes(stream);
    });
  } catch {
    link.removeAttribute("aria-busy");
    toast(words.unreachable, "bad");
  }
});

// The parts: fetched when something changed, and only those put in that are another now. A part that holds the focus or
// an open menu waits until it is left.
const blank = (html) => html.replace(/(name="idempotency_key" value=")[^"]*/g, "$1").replace(/(name="csrf" value=")[^"]*/g, "$1");
const shown = new Map();
async function fetchParts() {
  const answer = await fetch(`${base}?fragment=room`, { headers: { accept: "text/html" } });
  if (answer.status === 401 || answer.redirected) page.dispatchEvent(new CustomEvent("parlor:signed-out"));
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return one(".room", new DOMParser().parseFromString(await answer.text(), "text/html"));
}
const waiting = new Map();
function putPart(part, html) {
  const busy = part.contains(document.activeElement) || one("details[open]", part) || one("[aria-busy=true]", part);
  if (busy && room.dataset.state === waitingState) {
    waiting.set(part, html);
    return;
  }
  waiting.delete(part);
  const hadFocus = part.contains(document.activeElement);
  part.innerHTML = html;
  tellTimes(part);
  if (hadFocus) (one("button, a", part) ?? text).focus();
}
let waitingState = room.dataset.state;
const flush = () => setTimeout(() => { for (const [part, html] of waiting) putPart(part, html); }, 200);
on(document, "focusout", flush);
on(document, "toggle", flush, true);
let refreshing = null;
let again = false;
let heard = "";
function refresh() {
  if (refreshing) { again = true; return refreshing; }
  heard = "";
  refreshing = fetchParts().then((fresh) => {
    waitingState = fresh.dataset.state;
    for (const source of all("[data-part]", fresh)) {
      const part = one(`[data-part="${source.dataset.part}"]`, room);
      const html = source.innerHTML;
      if (!part || shown.get(part) === blank(html)) continue;
      shown.set(part, blank(html));
      putPart(part, html);
    }
    if (heard) showIndicator(heard);
    room.dataset.state = fresh.dataset.state;
    const over = ["ended", "discarded"].includes(fresh.dataset.state);
    one("fieldset", composer).disabled = over;
    for (const item of all("#stream > [data-seq]", fresh)) {
      const twin = item.dataset.id && pendingBubble(item.dataset.id);
      if (twin) settle(twin, { seq: Number(item.dataset.seq), at: item.dataset.at });
      else add(item, { quiet: Number(item.dataset.seq) <= lastSeq });
    }
    countDown();
  }).catch(() => { /* the next frame, or the next reconnect, asks again */ }).finally(() => {
    refreshing = null;
    if (again) { again = false; refresh(); }
  });
  return refreshing;
}
// What is in the page already needs no second look: remember it before any script changes its times.
for (const part of all("[data-part]", room)) shown.set(part, blank(part.innerHTML));

// Operations: any form of the room other than the composer.
function showLink(body) {
  if (!body.url) return false;
  document.getElementById("link-url").value = body.url;
  const until = document.getElementById("link-until");
  until.textContent = body.expires_at ? `${until.dataset.until} ${exactTime.format(Date.parse(body.expires_at))}` : "";
  openDialog("link");
  one("[data-do=copy]", document.getElementById("link")).focus();
  refresh();
  return true;
}
// What an operation leads to; without an entry, or with `false`, it is said and the parts are fetched.
const done = {
  links: showLink,
  // R12: where no invitation is sent, the answer carries the link to pass on.
  invite: showLink,
  end() {
    if (page.dataset.afterEnd) { leaving = true; location.assign(page.dataset.afterEnd); }
    return Boolean(page.dataset.afterEnd);
  },
};
let leaving = false;
on(room, "submit", async (event) => {
  const form = event.target.closest("form[data-operation]");
  if (!form || form === composer) return;
  event.preventDefault();
  const operation = form.dataset.operation;
  const answer = await submit(form, event.submitter);
  if (!answer) return;
  for (const menu of all("details.menu[open]", room)) menu.open = false;
  form.closest("dialog[open]")?.close();
  // A part with the focus in it would wait; this one is what the agent just changed.
  if (form.closest("[data-part]")) (text.matches(":disabled") ? document.getElementById("main") : text).focus({ preventScroll: true });
  // Whoever is signed out is told so by a dialog of its own.
  if (answer.status === 401) return;
  if (!answer.ok) {
    toast(problemText(answer), "bad");
    refresh();
    return;
  }
  if (done[operation]?.(answer.body)) return;
  const said = { invite: words.doneInvite, "device/release": words.doneRelease, "pin/reset": words.doneReset, renew: words.doneRenew, "keep-open": words.doneKeep }[operation];
  if (said) toast(said);
  refresh();
});

// R3: the warning comes by the clock, and says once what it counts.
let ticking;
function countDown() {
  clearTimeout(ticking);
  const banner = document.getElementById("inactivity");
  const line = banner && one("[data-deadline]", banner);
  if (!line) return;
  const left = Date.parse(line.dataset.deadline) - now();
  const toWarning = Date.parse(line.dataset.warnAt) - now();
  if (toWarning > 0) {
    banner.hidden = true;
    ticking = setTimeout(countDown, Math.min(toWarning + 50, 2000000000));
    return;
  }
  banner.hidden = false;
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const count = one("[data-countdown]", line);
  count.textContent = seconds ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : words.inactiveNow;
  if (seconds) ticking = setTimeout(countDown, left % 1000 || 1000);
  else ticking = setTimeout(refresh, 5000);
}
countDown();
on(document, "visibilitychange", () => { if (!document.hidden) countDown(); });

// The card on the initials: hover, focus or tap; Escape puts it away. The PIN is asked for when it is looked at, and
// forgotten when the card closes.
const face = one("[data-face]", room);
const faceButton = one(".face-button", face);
const pin = one("[data-pin]", face);
const pinOut = pin && one("[data-pin-out]", pin);
const pinHidden = pinOut?.innerHTML;
let pinAsked = false;
async function showPin() {
  if (!pin || pinAsked) return;
  pinAsked = true;
  try {
    const answer = await fetch(pin.dataset.pin, { headers: { accept: "application/json" } });
    if (!answer.ok) throw answer.status;
    const { pin: digits } = await answer.json();
    if (!pinAsked) return;
    pinOut.textContent = digits.replace(/(...)(?=...)/g, "$1\u2009");
    pinOut.setAttribute("aria-label", digits.split("").join(" "));
  } catch (status) {
    pinOut.textContent = status === 403 || status === 404 ? words.pinNotYours : words.pinFailed;
    pinOut.classList.add("small");
  }
}
function hidePin() {
  if (!pin || !pinAsked) return;
  pinAsked = false;
  pinOut.classList.remove("small");
  pinOut.removeAttribute("aria-label");
  pinOut.innerHTML = pinHidden;
}
const faceShown = () => !("quiet" in face.dataset) && face.matches(":hover, :focus-within, [data-open]");
function lookAtFace() {
  const open = faceShown();
  faceButton.setAttribute("aria-expanded", String(open));
  if (open) showPin(); else hidePin();
}
for (const type of ["pointerenter", "focusin"]) on(face, type, () => { delete face.dataset.quiet; lookAtFace(); });
for (const type of ["pointerleave", "focusout"]) on(face, type, () => setTimeout(() => {
  if (!face.matches(":hover, :focus-within")) { delete face.dataset.open; lookAtFace(); }
}, 150));
on(faceButton, "click", () => { face.toggleAttribute("data-open"); lookAtFace(); });
on(document, "keydown", (event) => {
  if (event.key === "Escape" && faceShown()) { face.dataset.quiet = ""; delete face.dataset.open; lookAtFace(); }
});
on(document, "pointerdown", (event) => { if (!face.contains(event.target)) { delete face.dataset.open; lookAtFace(); } });

// Presence: the five signs come from a template, wherever this customer is shown.
function showIndicator(indicator) {
  const model = one(`[data-indicator="${CSS.escape(indicator)}"]`, document.getElementById("indicators").content);
  if (!model) return false;
  let changed = false;
  for (const holder of all(`[data-indicator-of="${CSS.escape(sid)}"]`)) {
    if (holder.dataset.indicator === indicator) continue;
    changed = true;
    holder.dataset.indicator = indicator;
    const mark = one(".indicator", model).cloneNode(true);
    mark.classList.add("indicator-new");
    const old = one(".indicator", holder);
    if (old) old.replaceWith(mark); else one(".avatar", holder)?.append(mark);
  }
  for (const label of all("[data-indicator-words]", room)) label.textContent = model.dataset.words;
  shown.delete(one("[data-part=avatar]", room));
  shown.delete(one("[data-part=who]", room));
  return changed;
}
const typing = document.getElementById("typing");
let typingEnds;
function showTyping(yes) {
  clearTimeout(typingEnds);
  keepPlace(() => { typing.hidden = !yes; });
  if (yes) typingEnds = setTimeout(() => showTyping(false), 6000);
}

// The row of this session in the pane says the last thing too.
function sayInPane(sentence, at) {
  const row = one(`.pane [data-row="${CSS.escape(sid)}"]`);
  if (!row) return;
  one(".session-row-last", row).textContent = sentence;
  const time = one("time", row);
  time.dateTime = at;
  tellTimes(row);
}

function onFrame(message) {
  switch (message.type) {
    case "presence":
    case "pong":
      if (message.indicator && showIndicator(message.indicator) && refreshing) {
        // Parts on their way were read before this was so. They must not hide it, nor have the last word.
        heard = message.indicator;
        again = true;
      }
      if (message.customer === false) showTyping(false);
      break;
    case "typing":
      if (message.from !== "agent") showTyping(true);
      break;
    case "message": {
      if (message.from === "customer") showTyping(false);
      const own = message.id && pendingBubble(message.id);
      if (own) settle(own, message);
      else add(bubble(message));
      sayInPane(`${message.name.split(" ")[0]}: ${message.text}`, message.at);
      break;
    }
    case "error": {
      const body = message.id ? connection.refuse(message.id) : "";
      if (body) refuse(pendingBubble(message.id), body, message.code === "invalid-message" ? words.messageTooLong : words.composerClosed);
      break;
    }
    case "session":
    case "interaction":
    case "settings":
    case "transfer":
      if (!leaving) refresh();
      break;
    default:
  }
}

// The live connection. Its loss is a calm bar after three seconds; only when it is lost for good a dialog says so.
const bar = document.getElementById("connection");
function onState(state) {
  bar.hidden = state !== "waiting";
  if ((state === "lost" || state === "superseded") && !leaving) openDialog("closed");
}
on(document.getElementById("closed"), "cancel", (event) => event.preventDefault());
on(page, "parlor:signed-out", () => {
  for (const line of all("[data-why]", document.getElementById("closed"))) line.hidden = line.dataset.why !== "signed-out";
  openDialog("closed");
});
if (page.dataset.live) connection = live({ frame: onFrame, state: onState, queue: showQueue });
