// What may be done is for the server to say: the page is fetched again, and its changing parts are taken from it.
import { all, byId, one } from "../lib/dom.js";
import { fetchPage } from "../lib/pages.js";
import { showTimes } from "../lib/times.js";
import { watchClosing } from "./closing.js";
import { showPresence } from "./presence.js";
import { dressField } from "./writing.js";

export async function refresh() {
  let fresh;
  try {
    fresh = await fetchPage(location.pathname + location.search);
  } catch ({ redirected, status }) {
    // This room is no longer for this reader. Without a connection the live client is already trying, and the next event
    // brings the page up to date.
    if (redirected || status < 500) location.reload();
    return;
  }
  const focused = document.activeElement?.getAttribute("href");
  const wasOpen = one(".done")?.open;
  for (const id of ["now", "write"]) {
    const old = byId(id);
    const next = fresh.getElementById(id);
    // The field is left alone while it may be written in: somebody may be typing.
    const same = id === "write" && old?.hasAttribute("data-open") === next?.hasAttribute("data-open");
    if (old && !next) {
      // The chat is gone with all that was in it; the page as it is now shows what was typed.
      location.reload();
      return;
    }
    if (!old || same) continue;
    old.replaceWith(next);
    if (id === "write") dressField();
  }
  // R9: another agent may have taken over.
  for (const id of ["presence", "typing"]) {
    const [line, next] = [byId(id), fresh.getElementById(id)];
    if (line && next) Object.assign(line.dataset, next.dataset);
  }
  if (byId("presence")) showPresence(byId("presence").hasAttribute("data-on"));
  document.body.classList.toggle("chat-first", fresh.body.classList.contains("chat-first"));
  const done = one(".done");
  if (wasOpen && done) done.open = true;
  if (focused) {
    all("#now a")
      .find((link) => link.getAttribute("href") === focused)
      ?.focus();
  }
  showTimes();
  watchClosing(refresh);
}
