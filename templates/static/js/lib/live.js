// The live connection of both rooms. The page says where to connect (<body data-live data-ticket-url data-session
// data-seq>); docs/live-protocol.md says how.
import { connection, PATIENCE } from "./connection.js";
import { unconfirmed } from "./outgoing.js";
import { sequence } from "./sequence.js";

// How often others are told of typing, in milliseconds.
const TYPING = 5_000;

/**
 * Connects, and stays connected.
 *
 * - `frame(f)`: every frame that is news to this page; a durable one (with a seq) comes exactly once, maybe out of order.
 *   Seen to before: superseded, reconnect, reload, and errors that only ask for patience.
 * - `state(s, status)`: "open"; "waiting" (no connection for 3 s, still trying); "lost" and "superseded" (over, offer a
 *   reload). Lost with a `status`: the server refuses a ticket with it, so loading the page again says why.
 * - `queue(m)`: own messages that the server has not confirmed, oldest first: `[{ id, text }]`.
 *
 * What it gives back: `send(text)` queues a message, sends it as soon as that is possible, and it survives a reload;
 * `refuse(id)` takes a message that the server will not have out of the queue and gives its text back; `typing()` tells
 * the others, at most every three seconds; `post(f)` sends any other frame, if connected.
 */
export function live({ frame, state, queue }) {
  const { live: address, ticketUrl, session, seq: shown } = document.body.dataset;
  const known = sequence(Number(shown) || 0);
  const waiting = unconfirmed(session, queue);
  let lastTyping = 0;
  // The own message that waits for its confirmation over this connection, and whether there is more of what was missed.
  let flying;
  let again;
  let more;

  const post = (message) => line.post({ ...message, session });
  const ask = (message) => line.ask({ ...message, session });
  const hello = () => ask({ type: "hello", since: known.catchUp() });
  // One after the other: frames of one connection are worked on side by side, and the order is the writer's.
  const deliver = () => {
    const [next] = waiting.all();
    if (flying || !next || !ask({ type: "message", ...next })) return;
    flying = next.id;
    clearTimeout(again);
    // Other frames come, and the confirmation was lost: sent again it does no harm, and those behind it wait no longer.
    again = setTimeout(() => {
      landed(flying);
      deliver();
    }, PATIENCE);
  };
  const landed = (id) => {
    if (id !== flying) return;
    flying = "";
    clearTimeout(again);
  };

  const heard = (message) => {
    const { type, code, seq, id } = message;
    if (type === "pong") {
      if (known.isBehind(seq)) hello();
      frame(message);
    } else if (type === "error" && (code === "unavailable" || code === "too-often")) {
      setTimeout(() => {
        landed(id);
        deliver();
      }, PATIENCE / 2);
    } else {
      if (type === "message") {
        waiting.remove(id);
        landed(id);
        deliver();
      }
      const { news, gap } = known.take(message);
      // What was missed comes a page at a time; presence ends a page.
      if (message.caught_up) more = message.more;
      const next = type === "presence" && more;
      if (next) more = false;
      if (gap || next) hello();
      if (news) frame(message);
    }
  };

  const line = connection({
    address,
    ticketUrl,
    opened() {
      landed(flying);
      more = false;
      hello();
      deliver();
    },
    sign: () => ask({ type: "ping" }),
    heard,
    state,
  });

  return {
    post,
    send(text) {
      const message = waiting.add(text);
      deliver();
      return message;
    },
    refuse(id) {
      const text = waiting.remove(id);
      landed(id);
      deliver();
      return text;
    },
    typing() {
      if (Date.now() - lastTyping > TYPING && post({ type: "typing" })) lastTyping = Date.now();
    },
  };
}
