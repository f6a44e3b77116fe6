// The signed document: where it is downloaded from, the server says for a short while.

import { words } from "../console/page.js";
import { problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { on } from "../lib/dom.js";
import { room } from "./room.js";

async function download(link) {
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { accept: "application/json" }, credentials: "same-origin" });
    const body = await answer.json();
    if (answer.ok) location.assign(body.url);
    else toast(problemText({ body }), "bad");
  } catch {
    toast(words.unreachable, "bad");
  }
  link.removeAttribute("aria-busy");
}

on(room, "click", (event) => {
  const link = event.target.closest("a[data-result]");
  if (!link) return;
  event.preventDefault();
  download(link);
});
