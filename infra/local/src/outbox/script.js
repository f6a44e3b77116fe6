// Keeps the page up to date, shows times in the reader's zone and fits each frame to its mail. All of it is comfort:
// the page is complete without.

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const short = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

function fit(frame) {
  const root = frame.contentDocument?.documentElement;
  const height = root?.getBoundingClientRect().height ?? 0;
  if (height > 0) frame.style.blockSize = `${Math.min(Math.ceil(height) + 2, 1200)}px`;
}

function dress(part) {
  for (const time of part.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.textContent = short.format(at);
    time.title = exact.format(at);
  }
  for (const frame of part.querySelectorAll("iframe")) {
    frame.addEventListener("load", () => fit(frame));
    if (frame.contentDocument?.readyState === "complete") fit(frame);
  }
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (fresh.body.dataset.all === document.body.dataset.all) return;
  document.body.dataset.all = fresh.body.dataset.all;
  const main = document.querySelector("main");
  const list = main.querySelector(".list");
  const incoming = fresh.querySelector(".list");
  if (!list || !incoming) {
    main.replaceWith(fresh.querySelector("main"));
    dress(document.querySelector("main"));
    return;
  }
  // Only what is new goes in, closed, at the top: what is being read stays as it is.
  const added = [...incoming.children].filter((row) => !document.getElementById(row.firstElementChild.id));
  for (const row of added) row.firstElementChild.open = false;
  list.prepend(...added);
  for (const row of added) dress(row);
  main.querySelector(".count").textContent = fresh.querySelector(".count").textContent;
}

dress(document);
setInterval(() => refresh().catch(() => {}), 2000);
