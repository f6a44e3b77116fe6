// The board keeps up with what happens. Nothing moves under the pointer or the focus: changes wait behind a button.
import { all, on, one } from "../lib/dom.js";
import { board, fetchBoard, put } from "./rows.js";

// In milliseconds: how often the board is asked for again, how long several events are waited for, and how often it is asked
// for at most while the live connection of the lists tells of events.
const AGAIN = 20_000;
const TOGETHER = 400;
const TOLD = 2_000;

let waiting = null;
let wait;

const rowsOf = (part) =>
  all("[data-row]", part)
    .map((row) => row.textContent.replace(/\s+/g, " "))
    .join("\n");
const isBusy = () => board().matches(":hover, :focus-within") || one("[data-do=select]:checked", board());

async function look() {
  clearTimeout(wait);
  wait = setTimeout(look, AGAIN);
  if (document.hidden) return;
  const fetched = await fetchBoard().catch(() => null);
  if (!fetched || rowsOf(fetched) === rowsOf(board())) return;
  if (isBusy()) {
    waiting = fetched;
    one("[data-do=show-changes]", board()).hidden = false;
  } else put(fetched);
}

function soon() {
  clearTimeout(wait);
  wait = setTimeout(look, TOGETHER);
}

on(document, "click", (event) => {
  if (!event.target.closest("[data-do=show-changes]") || !waiting) return;
  put(waiting);
  waiting = null;
});
on(document, "session-changed", soon);
let isTold = false;
on(document, "session-listed", () => {
  if (isTold) return;
  isTold = true;
  setTimeout(() => {
    isTold = false;
    look();
  }, TOLD);
});

// A choice is made by choosing; the button is for those without a script.
const choice = one(".board-choice");
one("[type=submit]", choice).hidden = true;
on(choice, "change", () => choice.requestSubmit());
on(document, "visibilitychange", () => {
  if (!document.hidden) soon();
});
wait = setTimeout(look, AGAIN);

export const lookSoon = soon;
