// A browser that is made up: a page, a server behind it and a clock that only goes when it is told to. They take the places
// of the real ones, so there is one world at a time.
import { live } from "../static/js/lib/live.js";

class Socket {
  static all;
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    Socket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.closed = true;
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  say(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  die() {
    this.readyState = 3;
    this.onclose?.();
  }
  typed(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** The clock with its timers. `pass(wait)` lets the time go by, and everything happen that is due. */
function clock() {
  const timers = new Map();
  let now = 1_000_000;
  let last = 0;
  const set = (run, wait, id = ++last) => {
    timers.set(id, { run, at: now + wait });
    return id;
  };
  const repeat = (run, wait, id = ++last) =>
    set(
      () => {
        repeat(run, wait, id);
        run();
      },
      wait,
      id,
    );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const pass = async (wait) => {
    const end = now + wait;
    for (;;) {
      await settle();
      const [due] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, two]) => one.at - two.at);
      if (!due) break;
      const [id, { run, at }] = due;
      timers.delete(id);
      now = Math.max(now, at);
      run();
    }
    now = end;
    await settle();
  };
  const Clock = class extends Date {
    static now = () => now;
  };
  return { Date: Clock, setTimeout: set, setInterval: repeat, clearTimeout: (id) => timers.delete(id), pass };
}

/** A room in a page that shows everything up to `seq`, with what its browser kept in `store`. */
export function world({ seq = 3, store = {}, shown = [], ticket = () => ({ status: 200, url: "wss://fresh" }) } = {}) {
  const { pass, ...time } = clock();
  const frames = [];
  const states = [];
  const queues = [];
  const listeners = {};
  Socket.all = [];
  const sockets = Socket.all;
  const addEventListener = (name, run) => {
    listeners[name] = run;
  };
  const document = {
    hidden: false,
    body: { dataset: { live: "wss://first", ticketUrl: "/t", session: "s", seq: String(seq) } },
    querySelector: (selector) => shown.some((id) => selector === `[data-id="${id}"]`) || null,
    addEventListener,
  };
  const location = {
    reload() {
      location.reloaded = true;
    },
  };
  const sessionStorage = {
    getItem: (key) => store[key] ?? null,
    setItem(key, value) {
      store[key] = value;
    },
    removeItem(key) {
      delete store[key];
    },
  };
  const fetch = async () => {
    const { status, url } = ticket();
    return { status, json: async () => ({ url }) };
  };
  Object.assign(globalThis, {
    ...time,
    document,
    location,
    sessionStorage,
    addEventListener,
    fetch,
    WebSocket: Socket,
  });
  const room = live({
    frame: (frame) => frames.push(frame),
    state: (state) => states.at(-1) !== state && states.push(state),
    queue: (queue) => queues.push(queue),
  });
  const last = () => sockets.at(-1);
  return { room, sockets, frames, states, queues, store, document, location, listeners, pass, last };
}
