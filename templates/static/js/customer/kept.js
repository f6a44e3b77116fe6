// R2: what was typed in this tab and not sent is shown where it can be read and copied, on pages where it cannot be sent.
import { one } from "../lib/dom.js";
import { draft } from "../lib/drafts.js";
import { keptTexts } from "../lib/outgoing.js";

/** Fills the place for it under `root`. `room` is the room's address. */
export function showKept(root, room = location.pathname) {
  const place = one("[data-kept]", root);
  if (!place) return;
  const text = [...keptTexts(room.split("/").pop()), draft(`draft:${room}`).read()].filter(Boolean).join("\n");
  one("textarea", place).value = text;
  place.hidden = !text;
}
