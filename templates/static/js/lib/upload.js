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

/** PUTs it. `told` hears the share that is sent. Throws an `AbortError` when `signal` says so, another error when it fails. */
export function send(file, { url, method, headers }, signal, told) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      // What only the browser may say, it says by itself.
      if (!/^(host|content-length|user-agent)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => told(loaded / (total || file.size));
    request.onload = () => (request.status < 300 ? done() : failed(new Error(request.status)));
    request.onerror = () => failed(new Error("network"));
    request.onabort = () => failed(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
