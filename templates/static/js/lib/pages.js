// After how long a page that could not be had is asked for again, in milliseconds: nobody else would ask, where nothing more happens.
const PAUSES = [1_000, 3_000];

const isForLater = ({ status, name }) =>
  (status === undefined && name !== "AbortError") || status >= 500 || status === 429;

async function fetchOnce(address, options) {
  const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store", ...options });
  const { ok, status, redirected } = answer;
  if (!ok || redirected) throw Object.assign(new Error(status), { status, redirected });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/**
 * The page at `address` as it is now; asked for three times in all while the server cannot be reached, or is not well. Throws when
 * there is no such page for this reader: the error has the answer's `status`, and `redirected` when the way led elsewhere (to sign in,
 * for one).
 */
export async function fetchPage(address, options) {
  for (const pause of PAUSES) {
    try {
      return await fetchOnce(address, options);
    } catch (error) {
      if (!isForLater(error)) throw error;
    }
    await new Promise((over) => setTimeout(over, pause));
  }
  return fetchOnce(address, options);
}
