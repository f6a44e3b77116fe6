// The title counts what waits to be read, from wherever it is counted: `(2) Parlor`.
const { title } = document;
const counts = new Map();

/** Says how much there is to read of `what`. */
export function countInTitle(what, count) {
  counts.set(what, count);
  const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
  document.title = all ? `(${all}) ${title}` : title;
}
