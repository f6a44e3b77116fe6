// R14: the card on the initials of a row: hover or focus the row, tap the initials; Escape puts it away. All that it says came
// with the row.
import { all, byId, on, one } from "../lib/dom.js";
import { exact } from "./wording.js";

// How long one rests on a row before its card comes, in milliseconds.
const PATIENCE = 500;
// The way from the initials to their card, in pixels.
const APART = 8;

const rowCard = byId("row-card");
let shownAt = null;
let waits;

const when = (at) => (at ? exact(Date.parse(at)) : "");

function fillCard(face) {
  const row = face.closest("li");
  const { joined, since, owner = "" } = face.dataset;
  const texts = {
    name: one("bdi", row)?.textContent ?? "",
    status: one(".indicator .unseen", face)?.textContent ?? "",
    joined: when(joined) || rowCard.dataset.notYet,
    // A frame may have said meanwhile that the customer left.
    since: face.dataset.indicator.startsWith("online") ? when(since) : "",
    owner,
  };
  for (const place of all("[data-of]", rowCard)) {
    const text = texts[place.dataset.of];
    place.textContent = text;
    place.closest("div:not(.row-card)")?.toggleAttribute("hidden", !text);
  }
}

function placeCard(face) {
  const at = face.getBoundingClientRect();
  const { width, height } = rowCard.getBoundingClientRect();
  const rtl = document.dir === "rtl";
  const beside = rtl ? at.left - width - APART : at.right + APART;
  const left = Math.max(APART, Math.min(beside, innerWidth - width - APART));
  // On a narrow screen there is no room beside the initials without covering the name, so it stands below.
  const covers = rtl ? left + width > at.left : left < at.right;
  const top = covers || innerWidth < 2 * width ? at.bottom + APART : at.top;
  rowCard.style.left = `${left}px`;
  rowCard.style.top = `${Math.max(APART, Math.min(top, innerHeight - height - APART))}px`;
}

function hideCard() {
  clearTimeout(waits);
  if (!shownAt) return;
  one("a", shownAt.closest("li"))?.removeAttribute("aria-describedby");
  shownAt = null;
  rowCard.hidePopover();
}

function showCard(face) {
  hideCard();
  if (!face.isConnected) return;
  shownAt = face;
  fillCard(face);
  rowCard.showPopover();
  placeCard(face);
  one("a", face.closest("li"))?.setAttribute("aria-describedby", rowCard.id);
}

const faceAt = (target) =>
  target.closest?.("[data-card]") ??
  (target.closest?.(".session-row") ? one("[data-card]", target.closest("li")) : null);
const soon = (face) => {
  clearTimeout(waits);
  if (face && face !== shownAt) waits = setTimeout(() => showCard(face), PATIENCE);
};

if (rowCard?.showPopover) {
  on(document, "pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const face = target.closest?.("[data-card]");
    if (face) soon(face);
    else if (!target.closest?.(".row-card")) hideCard();
  });
  on(document, "focusin", ({ target }) => {
    hideCard();
    if (target.matches(":focus-visible")) soon(faceAt(target));
  });
  on(document, "focusout", hideCard);
  on(document, "scroll", hideCard, true);
  on(document, "click", (event) => {
    const face = event.target.closest("[data-card]");
    const isTap = face && event.pointerType === "touch" && shownAt !== face;
    if (!isTap) {
      hideCard();
      // Where the initials stand beside the link, they lead where it leads.
      if (face && !event.target.closest("a")) one("a", face.closest("li")).click();
      return;
    }
    // The first tap on the initials shows the card; the row itself opens the room.
    event.preventDefault();
    showCard(face);
  });
  on(document, "keydown", (event) => event.key === "Escape" && hideCard());
}
