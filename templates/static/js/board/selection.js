// Several sessions ended at once: each by its own operation, as from its room.
import { post } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { lookSoon } from "./live.js";
import { board } from "./rows.js";

const chosen = () => all("[data-do=select]:checked", board());
const form = one("form[data-do=end-selected]");

function show() {
  for (const cell of all(".board-select", board())) cell.hidden = false;
  const count = chosen().length;
  one(".board-selected", board()).hidden = count === 0;
  const badge = one("[data-selected]", board());
  if (badge) badge.textContent = count;
}

on(document, "change", (event) => {
  if (event.target.matches("[data-do=select]")) show();
});
on(document, "board-shown", show);

on(form, "submit", async (event) => {
  event.preventDefault();
  const csrf = one("[name=csrf]", form).value;
  const kept = [];
  let ended = 0;
  for (const box of chosen()) {
    const fields = new URLSearchParams({ csrf, idempotency_key: freshId() });
    const answer = await post(`/v1/sessions/${box.value}/end`, fields);
    if (answer.ok) {
      ended += 1;
      box.checked = false;
    } else kept.push(one(".board-open bdi", box.closest("tr")).textContent);
  }
  byId("end-selected").close();
  if (ended) toast(form.dataset.ended.replace("{n}", ended));
  if (kept.length) toast(form.dataset.notEnded.replace("{names}", kept.join(", ")), "bad");
  show();
  lookSoon();
});

show();
