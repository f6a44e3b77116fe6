// The durable events of a session are numbered without gaps, and come over the connection in any order, or twice.

/** Follows the numbers in a page that shows everything up to `start`. */
export function sequence(start) {
  const seen = new Set();
  // Everything up to `whole` is in this page; `top` is the highest number so far; `asked` is the gap that was asked about.
  let whole = start;
  let top = start;
  let asked = 0;
  let catching = false;
  return {
    /** Whether something of a number this high was missed. */
    isBehind: (seq) => seq > top,
    /** From where to ask for what is missing; until the answer has come, no gap is a reason to ask again. */
    catchUp() {
      catching = true;
      return whole;
    },
    /** Whether a frame is news to this page, and whether it shows that others are missing. */
    take({ type, seq, caught_up }) {
      let gap = false;
      // Everything up to here was said over this connection.
      if (caught_up) whole = Math.max(whole, seq);
      if (seq) {
        if (seq <= start || seen.has(type + seq)) return {};
        seen.add(type + seq).add(seq);
        top = Math.max(top, seq);
        while (seen.has(whole + 1)) whole++;
        gap = !catching && seq > whole && seq > asked;
        if (gap) asked = seq;
      }
      // Presence ends the answer to a hello, but others' comings and goings look the same: what is missing stays missing.
      if (type === "presence") catching = false;
      return { news: true, gap };
    },
  };
}
