// Every page of the console: times, dialogs, menus, the pane, keys, forms. Each page works without this; it makes it quick.
// Words come from #words, so there are none here.
const page = document.body;
const words = document.getElementById("words").dataset;
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (target, type, handle, options) => target.addEventListener(type, handle, options);
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private windows may refuse */ } };
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

// Times. The server's clock decides, so the page keeps the difference to its own; days and hours are the reader's.
const skew = page.dataset.now ? Date.parse(page.dataset.now) - Date.now() : 0;
const now = () => Date.now() + skew;
// The words are English, so the months are; which English and which order of a date is the reader's.
const tongue = navigator.language?.startsWith("en") ? navigator.language : "en-GB";
const clockTime = new Intl.DateTimeFormat(tongue, { hour: "2-digit", minute: "2-digit", hour12: false });
const exactTime = new Intl.DateTimeFormat(tongue, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const shortDate = new Intl.DateTimeFormat(tongue, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(tongue, { day: "numeric", month: "short", year: "numeric" });
const dateOf = (at) => (new Date(at).getFullYear() === new Date(now()).getFullYear() ? shortDate : longDate).format(at);
const daysAgo = (at) => Math.round((new Date(now()).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
function dayOf(at) {
  const days = daysAgo(at);
  return days === 0 ? words.dayToday : days === 1 ? words.dayYesterday : dateOf(at);
}
function agoOf(at) {
  const minutes = Math.floor((now() - at) / 60000);
  if (minutes < 1) return words.agoNow;
  if (minutes < 60) return words.agoMin.replace("{n}", minutes);
  if (minutes < 1440) return words.agoHour.replace("{n}", Math.floor(minutes / 60));
  return daysAgo(at) === 1 ? words.yesterday : dateOf(at);
}
function tellTimes(root = document) {
  for (const time of all("time[data-when]", root)) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const text = time.dataset.when === "ago" ? agoOf(at) : time.dataset.when === "clock" ? clockTime.format(at) : exactTime.format(at);
    if (time.textContent !== text) time.textContent = text;
    time.title = exactTime.format(at);
  }
}
tellTimes();
setInterval(() => { if (!document.hidden) tellTimes(); }, 20000);
on(document, "visibilitychange", () => { if (!document.hidden) tellTimes(); });

// Dialogs: the markup opens them as popovers, here they become modal.
function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const shown of all("[popover]:popover-open")) shown.hidePopover();
  for (const menu of all("details.menu[open]")) menu.open = false;
  dialog.showModal();
}
on(document, "click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener && document.getElementById(opener.dataset.opens)) {
    event.preventDefault();
    openDialog(opener.dataset.opens);
  }
  const closer = event.target.closest("[data-do=close]");
  const dialog = closer?.closest("dialog[open]");
  if (dialog) { event.preventDefault(); dialog.close(); }
});
for (const dialog of all("dialog.dialog")) {
  let outside = false;
  on(dialog, "pointerdown", (event) => { outside = event.target === dialog; });
  on(dialog, "click", (event) => { if (outside && event.target === dialog && dialog.id !== "closed") dialog.close(); });
}

// Menus close when one looks elsewhere, and take the arrow keys.
on(document, "pointerdown", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
on(document, "focusin", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
on(document, "keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  const items = all(".menu-list :is(a, button)", menu);
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape") {
    event.preventDefault();
    menu.open = false;
    one("summary", menu).focus();
  } else if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
});

// Toasts say what happened and go by themselves; the ones that matter stay while the pointer or the focus is on them.
function toast(text, tone = "") {
  const frame = document.getElementById("toasts");
  if (!frame) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.tone = tone;
  const span = document.createElement("span");
  span.textContent = text;
  box.append(span);
  frame.append(box);
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : box.remove());
  setTimeout(leave, tone === "bad" ? 9000 : 4000);
}

// The pane folds to a rail, and the browser remembers.
const fold = one("[data-do=fold]");
function setPane(open) {
  page.dataset.pane = open ? "open" : "closed";
  fold.setAttribute("aria-expanded", String(open));
  const label = open ? words.collapse : words.expand;
  fold.title = label;
  one(".unseen", fold).textContent = label;
}
if (fold) {
  fold.hidden = false;
  if (/(^|; )parlor_pane=closed/.test(document.cookie) && page.dataset.pane === "open") setPane(false);
  else setPane(page.dataset.pane !== "closed");
  on(fold, "click", () => {
    const open = page.dataset.pane === "closed";
    setPane(open);
    document.cookie = `parlor_pane=${open ? "open" : "closed"}; Path=/console; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
  });
}

// History: results while one types, more rows in place.
const search = document.getElementById("q");
const list = document.getElementById("history");
let searching;
async function fetchHistory(address) {
  searching?.abort();
  searching = new AbortController();
  const url = new URL(address, location.href);
  url.searchParams.set("fragment", "history");
  const answer = await fetch(url, { headers: { accept: "text/html" }, signal: searching.signal });
  // Somebody who is signed out is sent to the way in, and so is this request.
  if (answer.status === 401 || answer.redirected) page.dispatchEvent(new CustomEvent("parlor:signed-out"));
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  return found.getElementById("history") ?? found.body;
}
function markCurrent() {
  for (const row of all(".session-row", list)) if (row.dataset.row === page.dataset.sid) row.setAttribute("aria-current", "page");
}
async function find() {
  const query = search.value.trim();
  try {
    const found = await fetchHistory(query ? `/console?q=${encodeURIComponent(query)}` : "/console");
    tellTimes(found);
    list.replaceChildren(...found.childNodes);
    markCurrent();
  } catch (error) {
    if (error.name !== "AbortError") list.dataset.stale = "";
  }
}
if (search && list) {
  let wait;
  on(search, "input", () => { clearTimeout(wait); wait = setTimeout(find, 140); });
  on(search, "keydown", (event) => {
    const first = one(".session-row", list);
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    if (event.key === "Escape") {
      event.preventDefault();
      if (search.value) { search.value = ""; find(); } else search.blur();
    }
  });
  on(search.form, "submit", async (event) => {
    event.preventDefault();
    clearTimeout(wait);
    await find();
    one(".session-row", list)?.click();
  });
}
if (list) {
  on(list, "click", async (event) => {
    const clear = event.target.closest("[data-do=clear-search]");
    const more = event.target.closest("[data-do=more]");
    if (clear && search) {
      event.preventDefault();
      search.value = "";
      search.focus();
      find();
    }
    if (more) {
      event.preventDefault();
      more.setAttribute("aria-busy", "true");
      try {
        const found = await fetchHistory(more.getAttribute("href"));
        tellTimes(found);
        const known = new Set(all(".session-row", list).map((row) => row.dataset.row));
        const fresh = all(".rows > li", found).filter((item) => !known.has(one(".session-row", item)?.dataset.row));
        one(".rows", list).append(...fresh);
        const next = one("[data-do=more]", found);
        if (next) more.replaceWith(next); else more.remove();
        one(".session-row", fresh[0] ?? list)?.focus();
        markCurrent();
      } catch (error) {
        more.removeAttribute("aria-busy");
        if (error.name !== "AbortError") toast(words.unreachable, "bad");
      }
    }
  });
}

// The lists are asked for again twice a minute while somebody looks at the page, and at once when they come back to it.
// What the pointer or the focus is on stays where it is: it waits for the next time.
const busyWith = (part) => part.matches(":hover, :focus-within") || Boolean(one("details[open]", part));
async function lookAgain() {
  if (document.hidden || !list || search?.value || one("dialog[open]")) return;
  const welcome = one("[data-part=welcome]");
  if (busyWith(list) && (!welcome || busyWith(welcome))) return;
  try {
    const answer = await fetch("/console", { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const [part, source] of [[list, fresh.getElementById("history")], [welcome, one("[data-part=welcome]", fresh)]]) {
      if (!part || !source || busyWith(part) || search?.value) continue;
      tellTimes(source);
      if (part === list) for (const row of all(".session-row", source)) if (row.dataset.row === page.dataset.sid) row.setAttribute("aria-current", "page");
      if (part.innerHTML !== source.innerHTML) part.innerHTML = source.innerHTML;
    }
  } catch { /* the next time will do */ }
}
if (list && !one("form[data-new]", document.getElementById("main"))) {
  setInterval(lookAgain, 30000);
  on(document, "visibilitychange", lookAgain);
}

// Keys. Single keys can be switched off in the sheet, for those whose speech or hand would press them by accident.
const keysSwitch = document.getElementById("keys-on");
let keysOn = recall("parlor-keys") !== "off";
if (keysSwitch) {
  keysSwitch.closest("[hidden]")?.removeAttribute("hidden");
  keysSwitch.checked = keysOn;
  on(keysSwitch, "change", () => { keysOn = keysSwitch.checked; remember("parlor-keys", keysOn ? "on" : "off"); });
}
let leader = 0;
function moveRow(step) {
  const main = all(".open-row .session-row");
  const inPane = document.activeElement?.closest(".pane");
  const rows = main.length && !inPane ? main : all(".pane .session-row");
  const at = rows.indexOf(document.activeElement);
  const current = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const to = at >= 0 ? at + step : current >= 0 ? current + step : step > 0 ? 0 : rows.length - 1;
  const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
function showPane() {
  const pane = document.getElementById("pane");
  if (matchMedia("(max-width: 60rem)").matches) { if (!pane.matches(":popover-open")) pane.showPopover(); } else setPane(true);
}
const keys = {
  "/": () => { if (search) { showPane(); search.focus(); search.select(); } },
  n: () => { if (document.getElementById("new-session")) openDialog("new-session"); else one("form[data-new] [name=name]")?.focus(); },
  e: () => { if (one("[data-opens=end]")) openDialog("end"); },
  j: () => moveRow(1),
  k: () => moveRow(-1),
  g: () => { leader = Date.now(); },
  h: () => { if (Date.now() - leader < 1500) location.assign("/console"); },
  "?": () => openDialog("shortcuts"),
};
on(document, "keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (event.key === "Escape" && typing && !event.defaultPrevented && !typing.closest("dialog")) typing.blur();
  if (!keysOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing) return;
  if (one("dialog[open]") || one("dialog:popover-open")) return;
  const act = keys[event.key];
  if (!act) return;
  if (event.key !== "h" || Date.now() - leader < 1500) event.preventDefault();
  act();
  if (event.key !== "g") leader = 0;
});

// Forms: the same fields as without a script, answered in JSON. A key belongs to one answered request; a request that
// got no answer is sent again with the same key, so that nothing happens twice.
async function post(action, fields) {
  let answer;
  try {
    answer = await fetch(action, { method: "POST", body: fields, headers: { accept: "application/json" }, credentials: "same-origin" });
  } catch {
    return { ok: false, status: 0, body: { detail: words.unreachable } };
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) page.dispatchEvent(new CustomEvent("parlor:signed-out"));
  return { ok: answer.ok, status: answer.status, body };
}
async function submit(form, button) {
  if (form.dataset.busy) return null;
  form.dataset.busy = "1";
  button?.setAttribute("aria-busy", "true");
  const answer = await post(form.action, new URLSearchParams(new FormData(form, button?.name ? button : undefined)));
  delete form.dataset.busy;
  button?.removeAttribute("aria-busy");
  const key = one("[name=idempotency_key]", form);
  if (key && answer.status !== 0 && answer.status < 500) key.value = freshId();
  return answer;
}
const problemText = (answer) => answer.body.detail || answer.body.title || words.unreachable;
on(page, "parlor:signed-out", () => { if (!document.getElementById("closed")) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`); });

// Errors stand at their fields, and what was typed stays.
function setError(input, text) {
  const field = input.closest(".field");
  const id = `${input.id}-error`;
  document.getElementById(id)?.remove();
  const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  if (text) {
    const message = one("#field-error").content.firstElementChild.cloneNode(true);
    message.id = id;
    one("span", message).textContent = text;
    input.insertAdjacentElement("afterend", message);
    input.setAttribute("aria-invalid", "true");
    others.unshift(id);
  } else {
    input.removeAttribute("aria-invalid");
  }
  if (others.length) input.setAttribute("aria-describedby", others.join(" ")); else input.removeAttribute("aria-describedby");
  return field;
}
function formError(form, text) {
  const frame = one(".form-errors", form);
  frame.replaceChildren();
  if (!text) return;
  const banner = one("#form-error").content.firstElementChild.cloneNode(true);
  one("p", banner).textContent = text;
  frame.append(banner);
}

// A new session: Start is there when it can work, and says what it waits for when it cannot.
for (const form of all("form[data-new]")) {
  form.noValidate = true;
  const field = (name) => one(`[name=${name}]:not([type=radio])`, form);
  const visible = (input) => input.offsetParent !== null;
  const why = one(".new-why", form);
  const buttons = all("[name=mode]", form).filter((button) => !button.disabled);
  const email = (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text);
  const phone = (text) => /^\+?[\d\s().\-/]{7,}$/.test(text) && text.trim().startsWith("+");
  const missing = () => {
    const embedded = form.dataset.embedded === "true";
    const bySms = !embedded && one("[name=channel][value=sms]", form).checked;
    const mail = field("email").value.trim();
    const number = field("phone").value.trim();
    if (!field("name").value.trim()) return [field("name"), words.needName];
    if (embedded && !mail && !number) return [field("email"), words.needContact];
    if (!embedded && !bySms && !mail) return [field("email"), words.needEmail];
    if (bySms && !number) return [field("phone"), words.needPhone];
    if (mail && visible(field("email")) && !email(mail)) return [field("email"), words.badEmail];
    if (number && visible(field("phone")) && !phone(number)) return [field("phone"), words.badPhone];
    if (form.dataset.pin === "true" && !/^\d{4,12}$/.test(field("pin").value.trim())) return [field("pin"), words.needPin];
    return null;
  };
  const judge = () => {
    const gap = missing();
    for (const button of buttons) if (gap) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
    // What already stands at its field is not said twice.
    const reason = gap && !gap[0].hasAttribute("aria-invalid") ? gap[1] : "";
    if (buttons.length && why.textContent !== reason) why.textContent = reason;
    return gap;
  };
  const team = field("team");
  const follow = () => {
    const chosen = team?.selectedOptions?.[0];
    if (chosen) {
      form.dataset.sms = chosen.dataset.sms;
      form.dataset.embedded = chosen.dataset.embedded;
      form.dataset.pin = chosen.dataset.pin;
      one(".new-channel", form).disabled = chosen.dataset.embedded === "true";
      const sms = one("[name=channel][value=sms]", form);
      sms.disabled = chosen.dataset.sms !== "true";
      if (sms.disabled && sms.checked) one("[name=channel][value=email]", form).checked = true;
    }
    judge();
  };
  if (team?.tagName === "SELECT") on(team, "change", () => {
    one(`[name=channel][value=${team.selectedOptions[0].dataset.channel}]`, form).checked = true;
    follow();
  });
  on(form, "input", (event) => {
    if (event.target.getAttribute?.("aria-invalid")) setError(event.target, "");
    judge();
  });
  on(form, "change", judge);
  const suggest = one("[data-do=suggest-pin]", form);
  suggest.hidden = false;
  on(suggest, "click", () => {
    // Six digits without bias: whatever is over the last whole million is drawn again.
    let number;
    do { [number] = crypto.getRandomValues(new Uint32Array(1)); } while (number >= 4294000000);
    field("pin").value = String(number % 1000000).padStart(6, "0");
    setError(field("pin"), "");
    judge();
  });
  on(form, "submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? one("[value=start]", form);
    if (button.disabled) return;
    const gap = judge();
    if (gap) {
      setError(gap[0], gap[1]);
      gap[0].focus();
      return;
    }
    formError(form, "");
    // What the chosen settings do not show is not sent, whatever was typed there before.
    const hidden = ["email", "phone", "pin"].map(field).filter((input) => !visible(input));
    for (const input of hidden) input.disabled = true;
    const sending = submit(form, button);
    for (const input of hidden) input.disabled = false;
    const answer = await sending;
    if (!answer) return;
    if (answer.ok && answer.body.id) {
      location.assign(`/console/s/${encodeURIComponent(answer.body.id)}`);
      return;
    }
    if (answer.status === 401) return;
    const name = (answer.body.field ?? "").split(".").pop();
    const input = ["name", "email", "phone", "pin"].includes(name) ? field(name) : null;
    if (input && visible(input)) {
      setError(input, problemText(answer));
      input.focus();
    } else {
      formError(form, problemText(answer));
    }
  });
  on(form.closest("dialog") ?? form, "toggle", judge);
  follow();
  // A dialog has no layout while it is closed, so what is visible can only be told once it is open.
  const dialog = form.closest("dialog");
  if (dialog) new MutationObserver(() => { if (dialog.open) judge(); }).observe(dialog, { attributeFilter: ["open"] });
}

// A password can be looked at.
for (const frame of all("[data-reveal]")) {
  const input = one("input", frame);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal-button small";
  button.textContent = frame.dataset.show;
  button.setAttribute("aria-controls", input.id);
  on(button, "click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? frame.dataset.hide : frame.dataset.show;
  });
  frame.append(button);
}
for (const form of all("form[data-door]")) {
  on(form, "submit", (event) => { event.submitter?.setAttribute("aria-busy", "true"); });
}

// Copying: the button says that it worked.
on(document, "click", async (event) => {
  const button = event.target.closest("[data-do=copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  const label = one("span", button);
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(input.value);
    label.textContent = words.copied;
    toast(words.copied);
    setTimeout(() => { label.textContent = before; }, 2000);
  } catch {
    input.focus();
    input.select();
    toast(words.copyFailed, "bad");
  }
});
