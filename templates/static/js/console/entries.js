// What a team's library offers, read page by page.

// How many pages of a library are read.
const PAGES = 5;

/** The entries at an address; none where the library is another team's. */
export async function entriesAt(address) {
  const found = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await fetch(`${address}${cursor}`, { headers: { accept: "application/json" } });
    // Another team's library offers nothing here.
    if (answer.status === 404) break;
    if (!answer.ok) throw new Error(answer.status);
    const { items, next_cursor: next } = await answer.json();
    found.push(...items);
    if (!next) break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  return found.sort((one, other) => one.title.localeCompare(other.title));
}
