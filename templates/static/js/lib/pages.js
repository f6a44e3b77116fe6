/**
 * The page at `address` as it is now. Throws when there is no such page for this reader: the error has the answer's
 * `status`, and `redirected` when the way led elsewhere (to sign in, for one).
 */
export async function fetchPage(address, options) {
  const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store", ...options });
  const { ok, status, redirected } = answer;
  if (!ok || redirected) throw Object.assign(new Error(status), { status, redirected });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
