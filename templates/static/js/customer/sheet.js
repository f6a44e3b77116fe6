// The chat as a sheet that rises from the bottom of a phone. Where there is room it is a column and always open.
import { byId, on, one } from "../lib/dom.js";
import { toEnd } from "./log.js";

const { body } = document;
const panel = byId("chat");
const opener = byId("chat-open");
const badge = byId("unread");
const wide = matchMedia("(min-width: 60rem)");
let unread = 0;

const showUnread = (count) => {
  unread = count;
  if (!badge) return;
  badge.hidden = !count;
  badge.textContent = count ? badge.dataset.text.replace("{n}", count) : "";
};
// Where the chat is a column, or the main thing on the page, it is always open.
const isAlways = () => wide.matches || body.classList.contains("chat-first");
export const isRead = () => (!panel || isAlways() || body.classList.contains("chat-is-open")) && !document.hidden;

/** One more message, which is unread unless somebody looks at the chat. */
export function countUnread() {
  if (!isRead()) showUnread(unread + 1);
}

const show = (open) => {
  body.classList.toggle("chat-is-open", open);
  opener.setAttribute("aria-expanded", open);
  if (!open) {
    opener.focus();
    return;
  }
  showUnread(0);
  toEnd();
  (byId("text") || byId("log")).focus();
};

export function dressSheet() {
  byId("chat-close").hidden = opener.hidden = false;
  on(opener, "click", () => show(true));
  on(panel, "click", ({ target }) => target.closest("[data-do=close]") && show(false));
  on(panel, "keydown", ({ key }) => key === "Escape" && !isAlways() && show(false));
  on(document, "visibilitychange", () => isRead() && showUnread(0));
}

/** Opens the chat where the page was asked for because of it. */
export function chatComes() {
  toEnd();
  if ((location.hash === "#chat" || one("[role=alert]:not([hidden])", panel)) && !isAlways()) show(true);
}
