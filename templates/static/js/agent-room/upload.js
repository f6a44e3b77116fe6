// Sends a file to where the server says: announced with its checksum, then PUT there as it is.
import { freshId } from "../lib/ids.js";

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Posts JSON as the page's own script. Never throws: without an answer the status is 0. */
export async function postJson(action, body, csrf, key) {
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    "x-csrf-token": csrf,
    "idempotency-key": key,
  };
  try {
    const answer = await fetch(action, {
      method: "POST",
      body: JSON.stringify(body),
      headers,
      credentials: "same-origin",
    });
    const said = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, body: said };
  } catch {
    return { ok: false, status: 0, body: {} };
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
    request.onerror = () => failed(new Error("network"));
    request.onabort = () => failed(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/**
 * The upload's id. `told` hears the share that is sent; `more` is announced
 * with the file. Throws the answer that refused the file, an `AbortError` when `signal` says
 * so, or another error when the network fails.
 */
export async function upload(action, file, csrf, signal, told, more = {}) {
  const sha256 = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  signal.throwIfAborted();
  const announced = { ...more, name: file.name.slice(-120), size: file.size, content_type: "application/pdf", sha256 };
  const answer = await postJson(action, announced, csrf, freshId());
  if (!answer.ok) throw answer;
  signal.throwIfAborted();
  await put(file, answer.body, signal, told);
  return answer.body.id;
}
