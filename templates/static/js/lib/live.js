// The live connection of both rooms. The page says where to connect (<body data-live data-ticket-url data-session
// data-seq>); docs/live-protocol.md says how.
import { on } from "./dom.js";
import { unconfirmed } from "./outgoing.js";
import { sequence } from "./sequence.js";

// In milliseconds: how often to ask whether the connection lives, how soon the first time, how long an answer may take,
// how long a loss is nobody's business, after how long there is no hope, and how often others are told of typing.
const PING = 240_000;
const EARLY = 5_000;
const PATIENCE = 10_000;
const CALM = 3_000;
const GIVE_UP = 120_000;
const TYPING = 5_000;

/**
 * Connects, and stays connected.
 *
 * - `frame(f)`: every frame that is news to this page; a durable one (with a seq) comes exactly once, maybe out of order.
 *   Seen to here: superseded, reconnect, reload, and errors that only ask for patience.
 * - `state(s, status)`: "open"; "waiting" (no connection for 3 s, still trying); "lost" and "superseded" (over, offer a
 *   reload). Lost with a `status`: the server refuses a ticket with it, so loading the page again says why.
 * - `queue(m)`: own messages that the server has not confirmed, oldest first: `[{ id, text }]`.
 *
 * What it gives back: `send(text)` queues a message, sends it as soon as that is possible, and it survives a reload;
 * `refuse(id)` takes a message that the server will not have out of the queue and gives its text back; `typing()` tells
 * the others, at most every three seconds; `post(f)` sends any other frame, if connected.
 */
export function live({ frame, state, queue }) {
  const { live: first, ticketUrl, session, seq: shown } = document.body.dataset;
  const known = sequence(Number(shown) || 0);
  const waiting = unconfirmed(session, queue);
  let address = first;
  let socket;
  let old;
  let over = false;
  let tries = 0;
  let failing = 0;
  let calm;
  let retry;
  let answer;
  let lastTyping = 0;
  // The own message that waits for its confirmation over this connection, and whether there is more of what was missed.
  let flying;
  let again;
  let more;

  const post = (message) => {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify({ ...message, session }));
    return true;
  };
  // A connection that answers nothing is dead, whatever the browser thinks of it.
  const ask = (message) => {
    if (!post(message)) return false;
    clearTimeout(answer);
    answer = setTimeout(drop, PATIENCE);
    return true;
  };
  const hello = () => ask({ type: "hello", since: known.catchUp() });
  const ping = () => ask({ type: "ping" });
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

  // While a ticket is fetched, a bare object stands where the socket will be.
  const close = (gone) => {
    if (!gone?.close) return;
    gone.onclose = gone.onmessage = null;
    gone.close();
  };
  const leave = () => {
    close(socket);
    close(old);
  };
  const drop = () => {
    leave();
    failed();
  };
  const finish = (how, status) => {
    over = true;
    for (const timer of [calm, retry, answer, again]) clearTimeout(timer);
    leave();
    state(how, status);
  };

  const failed = () => {
    if (over) return;
    clearTimeout(answer);
    clearTimeout(retry);
    socket = null;
    if (!failing) {
      failing = Date.now();
      calm = setTimeout(() => state("waiting"), CALM);
    }
    // A page that nobody looks at does not give up: phones freeze it, and it goes on when it is seen again.
    if (Date.now() - failing > GIVE_UP && !document.hidden) {
      finish("lost");
      return;
    }
    const pause = Math.min(15_000, 500 * 2 ** tries++);
    retry = setTimeout(connect, pause / 2 + (Math.random() * pause) / 2);
  };

  const connect = async () => {
    clearTimeout(retry);
    // The ticket in the page is good for one connection; each further one needs its own.
    let url = address;
    address = "";
    // The old connection stands until the next one may be opened: a customer who is here is not cut off when the link's
    // time passes (R5), and being here is what the server judges the ticket's request by.
    if (socket?.close) old = socket;
    const mine = {};
    socket = mine;
    if (!url) {
      try {
        const reply = await fetch(ticketUrl, { headers: { accept: "application/json" }, cache: "no-store" });
        if (reply.status >= 400 && reply.status < 500 && reply.status !== 429) {
          finish("lost", reply.status);
          return;
        }
        url = (await reply.json()).url;
      } catch {
        // No network, or no ticket in the answer: the next try is further down.
      }
    }
    if (over || socket !== mine) return;
    close(old);
    if (!url) {
      failed();
      return;
    }
    socket = new WebSocket(url);
    socket.onopen = () => {
      landed(flying);
      more = false;
      hello();
      deliver();
      // Catches what happened while the connection came up, and was told to those who were there before.
      setTimeout(ping, EARLY);
    };
    socket.onmessage = (event) => {
      try {
        take(JSON.parse(event.data));
      } catch (error) {
        console.error(error);
      }
    };
    socket.onclose = failed;
  };
  const anew = () => over || connect();

  const take = (message) => {
    const { type, code, seq, id } = message;
    if (type === "error" && code === "not-connected") {
      drop();
      return;
    }
    clearTimeout(answer);
    clearTimeout(calm);
    tries = failing = 0;
    state("open");
    if (type === "superseded") {
      finish(type);
    } else if (type === "reconnect") {
      // Many are told at the same moment; they come back one after the other.
      retry = setTimeout(anew, Math.random() * PATIENCE);
    } else if (type === "reload") {
      location.reload();
    } else if (type === "pong") {
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

  setInterval(ping, PING);
  const look = () => {
    if (document.hidden || over) return;
    if (socket && !failing) {
      ping();
      return;
    }
    // The time that nobody looked is not held against the connection.
    if (failing) failing = Date.now();
    tries = 0;
    anew();
  };
  on(document, "visibilitychange", look);
  on(globalThis, "online", look);
  connect();

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
