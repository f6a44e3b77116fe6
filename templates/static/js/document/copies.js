// A name that stands in several places has one value: what is entered in one is shown in all.
import { all, byId, on, one } from "../lib/dom.js";

const isBox = (input) => input.type === "checkbox";
const same = (from, to) => {
  if (isBox(from)) to.checked = from.checked;
  else to.value = from.value;
};

export function joinCopies() {
  const leaves = byId("leaves");
  const form = leaves.closest("form");
  const named = (name) => [...form.elements].filter((input) => input.name === name && input.type !== "radio");

  for (const place of all("[data-again]:not([data-kind=signature], [data-kind=initials])", leaves)) {
    const [first] = named(`v.${place.dataset.again}`);
    if (!first) continue;
    const copy = first.cloneNode(true);
    for (const attribute of ["name", "id", "aria-describedby"]) copy.removeAttribute(attribute);
    copy.setAttribute("aria-labelledby", one("span", place).id);
    copy.classList.add("input");
    place.append(copy);
    on(copy, "input", () => {
      same(copy, first);
      first.dispatchEvent(new Event("input", { bubbles: true }));
    });
    on(copy, "change", () => first.dispatchEvent(new Event("change", { bubbles: true })));
    on(form, "input", ({ target }) => target.name === first.name && same(first, copy));
  }
  // The same name on another page is a field of its own, with a name of its own in the form.
  on(form, "input", ({ target }) => {
    if (!target.name || target.type === "radio") return;
    for (const other of named(target.name)) if (other !== target) same(target, other);
  });
}
