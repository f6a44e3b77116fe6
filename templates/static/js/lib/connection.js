// One live connection: its tickets, its reconnects, and its end. What is said over it is its user's business;
// docs/live-protocol.md says how.
import { on } from "./dom.js";

// In milliseconds: how often to ask whether the connection lives, how soon the first time, how long an answer may take,
// how long a loss is nobody's business, and after how long there is no hope.
const PING = 240_000;
const EARLY = 5_000;
export const PATIENCE = 10_000;
const CALM = 3_000;
const GIVE_UP = 120_000;

/**
 * Connects to `address`, which has a ticket in it, and stays connected with tickets from `ticketUrl`.
 *
 * - `opened()`: a connection is there, the first one or another; `sign()` says a sign of life over it.
 * - `heard(f)`: a frame, once superseded, reconnect and reload are dealt with here.
 * - `state(s, status)`: "open"; "waiting" (no connection for 3 s, still trying); "lost" and "superseded" (over). Lost with
 *   a `status`: the server refuses a ticket with it.
 * - `endless`: never gives up by itself.
 *
 * What it gives back: `post(f)` sends a frame, if connected; `ask(f)` too, and takes the connection for dead when nothing
 * is heard after it.
 */
export function connection({ address, ticketUrl, opened, sign, heard, state, endless }) {
  let next = address;
  let socket;
  let old;
  let over = false;
  let tries = 0;
  let failing = 0;
  let calm;
  let retry;
  let answer;

  const post = (message) => {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  };
  // A connection that answers nothing is dead, whatever the browser thinks of it.
  const ask = (message) => {
    if (!post(message)) return false;
    clearTimeout(answer);
    answer = setTimeout(drop, PATIENCE);
    return true;
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
    for (const timer of [calm, retry, answer]) clearTimeout(timer);
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
    if (Date.now() - failing > GIVE_UP && !document.hidden && !endless) {
      finish("lost");
      return;
    }
    const pause = Math.min(15_000, 500 * 2 ** tries++);
    retry = setTimeout(connect, pause / 2 + (Math.random() * pause) / 2);
  };

  const connect = async () => {
    clearTimeout(retry);
    // The ticket in the page is good for one connection; each further one needs its own.
    let url = next;
    next = "";
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
      opened();
      // Catches what happened while the connection came up, and was told to those who were there before.
      setTimeout(sign, EARLY);
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
    const { type, code } = message;
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
    } else {
      heard(message);
    }
  };

  setInterval(sign, PING);
  const look = () => {
    if (document.hidden || over) return;
    if (socket && !failing) {
      sign();
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

  return { post, ask };
}
