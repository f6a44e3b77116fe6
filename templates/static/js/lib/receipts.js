// How far each side has seen the chat (R21): told to the other side while somebody looks, and said at the last own message.

// What is seen together is told together, in milliseconds.
const TOGETHER = 1_000;

/**
 * `post(frame)` tells the server; `newest()` is the number of the newest message of the other side; `isLooking()` whether somebody
 * sees it; `show(last)` shows that the other side has seen everything up to `last`. Nothing is told where the settings say so.
 */
export function receipts({ post, newest, isLooking, show }) {
  const wanted = "receipts" in document.body.dataset;
  let told = 0;
  let seen = 0;
  let timer;
  return {
    /** Somebody may have seen something. */
    look() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const last = newest();
        if (last > told && isLooking() && wanted && post({ type: "seen", last })) told = last;
      }, TOGETHER);
    },
    /** The other side has seen more, or there is another message. */
    heard({ last = 0 } = {}) {
      seen = Math.max(seen, last);
      show(seen);
    },
  };
}
