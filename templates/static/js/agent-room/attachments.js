// Files of messages in the agent's room: their pictures, and where one is downloaded, which the server says for a short while.
import { words } from "../console/page.js";
import { problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, on, one } from "../lib/dom.js";
import { stream } from "./reading.js";

async function ask(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" }, credentials: "same-origin" });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error("refused"), { body });
  return body;
}

// What comes near the window is asked for, once.
const watcher = new IntersectionObserver(
  async (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      try {
        const { thumbnail } = await ask(target.closest("a").href);
        if (thumbnail) target.src = thumbnail;
      } catch {
        // Its name is enough.
      }
    }
  },
  { rootMargin: "50%" },
);

function dress() {
  for (const picture of all(".attached img:not([src])", stream)) watcher.observe(picture);
}

async function download(link) {
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    location.assign((await ask(link.href)).url);
  } catch ({ body }) {
    toast(body ? problemText({ body }) : words.unreachable, "bad");
  }
  link.removeAttribute("aria-busy");
}

on(stream, "click", (event) => {
  const link = event.target.closest("a.attached");
  if (!link) return;
  event.preventDefault();
  download(link);
});
new MutationObserver(dress).observe(stream, { childList: true });
if (one(".attached", stream)) dress();
