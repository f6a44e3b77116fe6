// Sends one file: announced with its checksum, PUT where the server says, then added to the request once it was looked at.
import { kindOf, send, sha256 } from "../lib/upload.js";

// How long the server may take to look at a file, and how often it is asked, in milliseconds.
const LONGEST = 60_000;
const AGAIN = 1_000;

const wait = (time) => new Promise((done) => setTimeout(done, time));
const form = (fields) => new URLSearchParams(Object.entries(fields));

/** What a page says of a file that was not added. */
const faultOf = (page) => page.querySelector("[data-fault]")?.textContent;

/** Posts a change of the files; gives the page as it is then. Throws what the page says of a refusal. */
export async function change(address, fields) {
  for (const since = Date.now(); ; await wait(AGAIN)) {
    const answer = await fetch(address, { method: "POST", body: form(fields), headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) return page;
    const fault = faultOf(page);
    const isUnread = answer.status === 409 && answer.headers.has("retry-after");
    if (isUnread && Date.now() - since < LONGEST) continue;
    // Whoever is not inside any more, or came too late, reads why.
    if (!fault && answer.status < 500) location.reload();
    throw Object.assign(new Error("refused"), { fault });
  }
}

/**
 * Sends a file and adds it, with what goes `along` of it; gives the page as it is then. `told` hears `preparing`, `uploading` with the share that is sent, and
 * `checking`. Throws an error whose `fault` is what is said of it, if anything.
 */
export async function sendFile(said, file, along, signal, told) {
  told("preparing", 0);
  const announced = {
    name: file.name.slice(-120),
    size: file.size,
    content_type: kindOf(file),
    sha256: await sha256(file),
  };
  signal.throwIfAborted();
  const options = {
    method: "POST",
    body: form({ csrf: said.csrf, ...announced }),
    headers: { accept: "application/json" },
  };
  const answer = await fetch(said.uploads, { ...options, signal });
  if (!answer.ok)
    throw Object.assign(new Error("refused"), { fault: { 422: said.only, 413: said.tooLarge }[answer.status] });
  const place = await answer.json();
  await send(file, place, signal, (share) => told("uploading", share));
  told("checking", 1);
  return change(said.files, { csrf: said.csrf, do: "add", file: place.id, ...along });
}
