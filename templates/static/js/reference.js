// The page for integrators: copying, finding, and where one is. All of it can be read without.
import { all, byId, on, one } from "./lib/dom.js";

// How long a button says that it has copied, in milliseconds.
const SAID = 2_000;

// The examples are this installation's own.
for (const code of all("pre code")) {
  if (code.textContent.startsWith("export PARLOR_URL=")) {
    code.textContent = code.textContent.replace(/https:\/\/parlor\.example\.com/, location.origin);
  }
}

for (const button of all("[data-copy]")) {
  const label = one("span", button);
  const { textContent: before } = label;
  on(button, "click", async () => {
    try {
      await navigator.clipboard.writeText(one("pre code", button.closest("figure")).textContent);
      label.textContent = button.dataset.done;
      setTimeout(() => {
        label.textContent = before;
      }, SAID);
    } catch {
      // Not allowed here: the text can be selected.
      getSelection().selectAllChildren(one("pre", button.closest("figure")));
    }
  });
}

// Finding: by the words of the contents, and by path, method and code.
const field = byId("find");
const folded = one(".contents-folded");
const words = (link) => {
  const place = byId(link.hash.slice(1));
  const address = place && one(":scope > .address", place);
  return `${link.textContent} ${address?.textContent ?? ""}`.toLowerCase();
};
const known = all(".contents a").map((link) => ({ link, text: words(link) }));

function find() {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { link, text } of known) {
    const fits = wanted.every((word) => text.includes(word));
    link.hidden = !fits;
    if (fits) found += 1;
  }
  const none = byId("find-none");
  none.textContent = found ? "" : none.dataset.none;
  if (wanted.length) folded.open = true;
}
on(field, "input", find);
on(field, "keydown", ({ key }) => {
  if (key === "Enter") known.find(({ link }) => !link.hidden && link.offsetParent)?.link.click();
});
on(document, "keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea")) return;
  event.preventDefault();
  field.focus();
});

// Where one is: the last place of the contents whose heading has passed the top.
const places = known
  .filter(({ link }) => !folded.contains(link))
  .map(({ link }) => ({ link, place: byId(link.hash.slice(1)) }))
  .filter(({ place }) => place);
let shown;
function look() {
  const top = innerHeight / 4;
  const here = places.filter(({ place }) => place.getBoundingClientRect().top <= top).pop() ?? places[0];
  if (here.link === shown) return;
  shown?.removeAttribute("aria-current");
  shown = here.link;
  shown.setAttribute("aria-current", "true");
  // Only the contents scroll, never the page.
  const frame = one(".contents");
  const { top: above, bottom: below } = shown.getBoundingClientRect();
  if (above < 0 || below > innerHeight) frame.scrollTop += above - innerHeight / 2;
}
let asked = false;
on(
  document,
  "scroll",
  () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      look();
    });
  },
  { passive: true },
);
look();
