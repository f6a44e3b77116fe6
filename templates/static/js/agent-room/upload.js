// Sends a file to where the server says: announced with its checksum, then PUT there as it is.
import { freshId } from "../lib/ids.js";
import { send, sha256 } from "../lib/upload.js";

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

/**
 * The upload's id. `told` hears the share that is sent; `more` is announced
 * with the file. Throws the answer that refused the file, an `AbortError` when `signal` says
 * so, or another error when the network fails.
 */
export async function upload(action, file, csrf, signal, told, more = {}) {
  const checksum = await sha256(file);
  signal.throwIfAborted();
  const announced = {
    name: file.name.slice(-120),
    size: file.size,
    content_type: "application/pdf",
    sha256: checksum,
    ...more,
  };
  const answer = await postJson(action, announced, csrf, freshId());
  if (!answer.ok) throw answer;
  signal.throwIfAborted();
  await send(file, answer.body, signal, told);
  return answer.body.id;
}
