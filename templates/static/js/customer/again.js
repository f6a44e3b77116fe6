// R27: a page that closed comes back by itself. It asks for itself again, soon at first and then once a minute, and only
// while somebody looks at it.
import { on, one } from "../lib/dom.js";
import { showKept } from "./kept.js";

// In milliseconds: the first pause, the longest, and how much longer each is than the one before.
const FIRST = 4_000;
const LONGEST = 60_000;
const MORE = 1.2;

const reason = (root) => one("meta[name='parlor:reason']", root)?.content;

/** Goes to `address` as soon as `isOpen` says so of the answer there and its page. */
export function comeBack(address, isOpen) {
  let pause = FIRST;
  let timer;
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store" });
      const text = await answer.text();
      if (isOpen(answer.status, new DOMParser().parseFromString(text, "text/html"))) {
        location.replace(address);
        return;
      }
    } catch {
      // No connection: the next look comes.
    }
    pause = Math.min(pause * MORE, LONGEST);
    timer = setTimeout(look, pause);
  };
  const soon = () => {
    pause = FIRST;
    look();
  };
  on(document, "visibilitychange", soon);
  on(globalThis, "online", soon);
  timer = setTimeout(look, pause);
}

/** Waits on a page that says why it is closed, until it would say something else. */
export function waitHere() {
  const sheet = one("[data-again]");
  if (!sheet) return;
  const { again } = sheet.dataset;
  document.body.classList.add("scripted");
  showKept(sheet, again);
  // While the service is failing nothing is known of the session.
  comeBack(again, (status, page) => status < 500 && reason(page) !== reason(document));
}
