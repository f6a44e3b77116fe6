// Several sessions ended or taken over at once: each by its own operation, as from its room.
import { post } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, byId, on, one } from "../lib/dom.js";
import { freshId } from "../lib/ids.js";
import { lookSoon } from "./live.js";
import { board } from "./rows.js";

const chosen = () => all("[data-do=select]:checked", board());
const form = one("form[data-do=end-selected]");

function show() {
  const count = chosen().length;
  one(".board-selected", board()).hidden = count === 0;
  const badge = one("[data-selected]", board());
  if (badge) badge.textContent = count;
}

on(document, "change", (event) => {
  if (event.target.matches("[data-do=select]")) show();
});
on(document, "board-shown", show);

/** Does the operation to all that are chosen, and says to how many; and to which not. */
async function doToChosen(operation, done, notDone) {
  const csrf = one("[name=csrf]", form).value;
  const left = [];
  let count = 0;
  for (const box of chosen()) {
    const fields = new URLSearchParams({ csrf, idempotency_key: freshId() });
    const answer = await post(`/v1/sessions/${box.value}/${operation}`, fields);
    if (answer.ok) {
      count += 1;
      box.checked = false;
    } else left.push(one(".board-open bdi", box.closest("tr")).textContent);
  }
  if (count) toast(done.replace("{n}", count));
  if (left.length) toast(notDone.replace("{names}", left.join(", ")), "bad");
  show();
  lookSoon();
}

on(form, "submit", async (event) => {
  event.preventDefault();
  byId("end-selected").close();
  await doToChosen("end", form.dataset.ended, form.dataset.notEnded);
});
on(document, "click", (event) => {
  const take = event.target.closest("[data-do=take-selected]");
  if (take) doToChosen("transfer", take.dataset.taken, take.dataset.notTaken);
});

show();
