// Several sessions of somebody are given to somebody else at once; without this, each by its own button.
import { all, one } from "../lib/dom.js";

const form = one("form[data-give]");

if (form) {
  const button = one("[data-give-all]", form);
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const { csrf, agent } = form.elements;
    const chosen = all("[data-tick] input:checked", form);
    one("button", button).disabled = true;
    const given = chosen.map(({ value }) =>
      fetch(`/v1/sessions/${value}/transfer`, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf.value },
        body: JSON.stringify({ agent: agent.value }),
      }),
    );
    const answers = await Promise.allSettled(given);
    const gone = answers.every(({ value }) => value?.ok);
    // What could not be given still stands in the list.
    location.search = gone ? "?done=given" : "";
  });
}
