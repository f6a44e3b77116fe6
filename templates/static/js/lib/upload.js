// Sends a file to where the server says, as it is.

/** The largest file, in bytes. */
export const FILE_MAX = 20_000_000;

const ENDINGS = { pdf: "application/pdf", jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp" };

/** What a file is said to be. The server looks for itself. */
export const kindOf = ({ name, type }) => type || ENDINGS[name.split(".").pop().toLowerCase()] || "";

/** Whether a file is of a kind that is taken. */
export const isTaken = (file) => Object.values(ENDINGS).includes(kindOf(file));

/** Whether a file is a picture of a kind that is taken. */
export const isPicture = (file) => isTaken(file) && kindOf(file) !== ENDINGS.pdf;

/** A file's SHA-256 in hexadecimal. */
export async function sha256(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// How long a lost connection is waited for, and the longest pause between two tries, in milliseconds.
const LONGEST = 180_000;
const PAUSE_MAX = 15_000;

/** What a page says of a file on its way, by the share that is sent; without one, that the connection is waited for. */
export const sentSo = ({ uploading, offline }, share) =>
  share === undefined ? offline : uploading.replace("{n}", Math.round(share * 100));

/** Waits, and not once the connection is said to be back or `signal` stops it. */
const pause = (time, signal) =>
  new Promise((done) => {
    const ended = new AbortController();
    const end = () => {
      clearTimeout(timer);
      ended.abort();
      done();
    };
    const timer = setTimeout(end, time);
    globalThis.addEventListener("online", end, { signal: ended.signal });
    signal.addEventListener("abort", end, { signal: ended.signal });
  });

/**
 * PUTs it, and again for as long as the connection is lost: where it goes takes the same file twice. `told` hears the share that
 * is sent, or nothing while it waits. Throws an `AbortError` when `signal` says so, another error when it fails.
 */
export async function send(file, place, signal, told) {
  const since = Date.now();
  for (let tries = 0; ; tries++) {
    try {
      return await put(file, place, signal, told);
    } catch (error) {
      if (!error.lost || Date.now() - since > LONGEST) throw error;
      told();
    }
    await pause(Math.min(PAUSE_MAX, 1_000 * 2 ** tries), signal);
    signal.throwIfAborted();
  }
}

function put(file, { url, method, headers }, signal, told) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      // What only the browser may say, it says by itself.
      if (!/^(host|content-length|user-agent)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => told(loaded / (total || file.size));
    request.onload = () => (request.status < 300 ? done() : failed(new Error(request.status)));
    request.onerror = () => failed(Object.assign(new Error("network"), { lost: true }));
    request.onabort = () => failed(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
