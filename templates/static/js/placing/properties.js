// What the chosen field is: its words, whether it has to be filled in, what it begins with, and its place in numbers.
import { all, byId, on, one } from "../lib/dom.js";
import { change, chosenField, labelOf, watch } from "./model.js";
import { rectOf, shareOf } from "./pages.js";
import { kindName, removeChosen } from "./spots.js";

// What a kind of field can begin with; the others with nothing.
const ANY = ["customer_name", "customer_email", "customer_phone", "reference", "agent_name", "today"];
const BEGINS = { text: ANY, multiline: ANY, comb: ANY, date: ["today"], number: ["reference"] };
// Those come with a PDF's own form, and stay what they are.
const OWN = ["radio", "comb"];

const side = byId("side");
const input = (name) => byId(`prop-${name}`);
const numbers = all("[data-at]", side);
const lines = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

function put(element, value) {
  // What somebody types stays under their caret.
  if (element !== document.activeElement && element.value !== value) element.value = value;
}

function show() {
  const field = chosenField();
  byId("none").hidden = Boolean(field);
  byId("props").hidden = !field;
  document.body.toggleAttribute("data-chosen", Boolean(field));
  if (!field) return;
  byId("props-kind").textContent = kindName(field.type);
  put(input("label"), field.label ?? "");
  input("label").placeholder = labelOf({ ...field, label: "" });
  put(input("name"), field.name);
  input("required").checked = Boolean(field.required);
  const takes = BEGINS[field.type] ?? [];
  byId("from-field").hidden = !takes.length;
  for (const option of all("option", input("from")))
    option.hidden = option.value !== "" && !takes.includes(option.value);
  input("from").value = field.prefill_from ?? "";
  byId("options-field").hidden = field.type !== "choice";
  put(input("options"), (field.options ?? []).join("\n"));
  const isOwn = OWN.includes(field.type);
  for (const option of all("option", input("kind")))
    option.hidden = OWN.includes(option.value) && option.value !== field.type;
  input("kind").value = field.type;
  input("kind").disabled = isOwn;
  const share = shareOf(field.rect, field.page);
  for (const number of numbers) put(number, String(share[number.dataset.at]));
}

const edit = (name, properties) => {
  const field = chosenField();
  if (field) change(field.id, properties(field), name);
};

on(input("label"), "input", ({ target }) => edit("label", () => ({ label: target.value.trim() || undefined })));
on(input("name"), "input", ({ target }) => {
  if (target.value.trim()) edit("name", () => ({ name: target.value.trim() }));
});
on(input("required"), "change", ({ target }) => edit(null, () => ({ required: target.checked })));
on(input("options"), "input", ({ target }) => edit("options", () => ({ options: lines(target.value) })));
on(input("from"), "change", ({ target }) => edit(null, () => ({ prefill_from: target.value || undefined })));
on(input("kind"), "change", ({ target }) => {
  const type = target.value;
  edit(null, ({ prefill_from: from, options, label, name }) => ({
    type,
    prefill: undefined,
    max: undefined,
    prefill_from: BEGINS[type]?.includes(from) ? from : undefined,
    options: type === "choice" ? (options ?? [labelOf({ label, name })]) : undefined,
  }));
});
for (const number of numbers) {
  on(number, "input", () => {
    const share = Object.fromEntries(
      numbers.map(({ dataset, value }) => [dataset.at, Number(value.replace(",", "."))]),
    );
    if (Object.values(share).some((part) => !Number.isFinite(part))) return;
    edit("place", ({ page }) => ({ rect: rectOf(share, page) }));
  });
}
on(one("[data-do=remove]", side), "click", removeChosen);
watch(show);
show();
