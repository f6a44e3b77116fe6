// The files of a request: their small pictures, and where one is downloaded, which the server says for a short while.

import { words } from "../console/page.js";
import { problemText } from "../console/requests.js";
import { toast } from "../console/toasts.js";
import { all, make, on, one } from "../lib/dom.js";
import { room } from "./room.js";

// By upload: where its picture is, once it is known. What is in one never changes.
const pictures = new Map();

async function ask(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" }, credentials: "same-origin" });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error("refused"), { body });
  return body.files ?? [];
}

function show(list) {
  for (const item of all("li[data-file]", list)) {
    const picture = pictures.get(item.dataset.file);
    const place = one(".work-thumb", item);
    if (picture && !one("img", place)) place.replaceChildren(make("img", { src: picture, alt: "" }));
  }
}

/** Puts the pictures into the files of a part; those that are not known yet come a moment later. */
export async function showFiles(part) {
  for (const list of all(".work-files", part)) {
    show(list);
    if (all("li[data-file]", list).every(({ dataset }) => pictures.has(dataset.file))) continue;
    try {
      for (const { upload, thumbnail = "" } of await ask(list.dataset.files)) pictures.set(upload, thumbnail);
      show(list);
    } catch {
      // The names are enough.
    }
  }
}

async function download(link) {
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const files = await ask(link.href);
    const { url } = files.find(({ upload }) => upload === link.dataset.file) ?? {};
    if (url) location.assign(url);
  } catch ({ body }) {
    toast(body ? problemText({ body }) : words.unreachable, "bad");
  }
  link.removeAttribute("aria-busy");
}

on(room, "click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link) return;
  event.preventDefault();
  download(link);
});
showFiles(room);
