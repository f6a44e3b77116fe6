// A workflow's answers, fetched when they are opened, and again when they are others by now.
import { consolePage } from "../console/requests.js";
import { all, on, one } from "../lib/dom.js";
import { room } from "./room.js";

async function load(details) {
  const body = one(".work-answers-body", details);
  try {
    const fresh = await consolePage(details.dataset.answers);
    body.innerHTML = fresh.body.innerHTML;
    body.removeAttribute("aria-busy");
  } catch {
    // It is asked for again when it is opened again, or changes.
  }
}

/** Which answers of a part are open, with what they show. */
export const openAnswers = (part) =>
  all(".work-answers[open]", part).map((details) => ({
    address: details.dataset.answers,
    html: one(".work-answers-body", details).innerHTML,
  }));

/** Opens them again in what took the part's place; what is new comes a moment later. */
export function reopenAnswers(part, open) {
  for (const { address, html } of open) {
    const details = one(`[data-answers="${address}"]`, part);
    if (!details) continue;
    one(".work-answers-body", details).innerHTML = html;
    details.open = true;
  }
}

on(
  room,
  "toggle",
  ({ target }) => {
    if (target.matches(".work-answers[open]")) load(target);
  },
  true,
);
