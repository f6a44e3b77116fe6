// Earlier entries come in above, and what one reads stays where it is.
import { words } from "../console/page.js";
import { consolePage } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, on, one } from "../lib/dom.js";
import { showTimes } from "../lib/times.js";
import { frame, keepPlace, stream } from "./reading.js";
import { place, tidy } from "./stream.js";

on(frame, "click", async (event) => {
  const link = event.target.closest("[data-do=earlier]");
  if (!link) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  let found;
  try {
    found = await consolePage(link.href);
  } catch {
    link.removeAttribute("aria-busy");
    toast(words.unreachable, "bad");
    return;
  }
  const next = one("[data-do=earlier]", found);
  keepPlace(() => {
    all("#stream > [data-seq]", found).forEach(place);
    if (next) link.replaceWith(next);
    else link.remove();
    tidy();
    showTimes(stream);
  });
});
