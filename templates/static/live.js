// The live connection of both rooms, and the small things that both need: times in the reader's own zone, and drafts.
// The page says where to connect (<body data-live data-ticket-url data-session data-seq>); docs/live-protocol.md says how.
//
//   const room = live({ frame, state, queue })
//     frame(f)   every frame that is news to this page; a durable one (with a seq) comes exactly once, maybe out of order.
//                Seen to here: superseded, reconnect, reload, and errors that only ask for patience
//     state(s)   'open' · 'waiting' (no connection for 3 s, still trying) · 'lost' and 'superseded' (over, offer a reload)
//     queue(m)   own messages that the server has not confirmed, oldest first: [{ id, text }]
//   room.send(text)   queues a message and sends it as soon as that is possible; survives a reload
//   room.refuse(id)   takes a message out of the queue that the server will not have, and gives its text back
//   room.typing()     tells the others, at most every three seconds
//   room.post(f)      sends any other frame, if connected

const PING = 240000, EARLY = 5000, PATIENCE = 10000, CALM = 3000, GIVE_UP = 120000, TYPING = 3000;

// Storage can be switched off or full; a page without it forgets drafts on reload and does everything else.
const keep = (key, value) => { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch {} };
const kept = key => { try { return sessionStorage.getItem(key) || ''; } catch { return ''; } };

// Not crypto.randomUUID: it is missing on old phones.
const freshId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

// Keeps what is typed into a field through reloads and reconnects.
const draft = (field, key) => {
  if (!field.value) field.value = kept(key);
  field.addEventListener('input', () => keep(key, field.value));
};

// Puts the reader's zone and language into <time data-show="ago|clock|moment">; the exact time is in the title.
const showTimes = root => {
  // The page's language, as it is written where the reader lives.
  const page = document.documentElement.lang, lang = navigator.languages.find(tag => tag.split('-')[0] === page) || page;
  const format = (at, options) => new Intl.DateTimeFormat(lang, options).format(at);
  for (const time of root.querySelectorAll('time[data-show]')) {
    const at = new Date(time.dateTime), exact = format(at, { dateStyle: 'long', timeStyle: 'short' });
    // Clocks differ a little: nothing that happened is in the future.
    const minutes = Math.min(0, Math.round((at - Date.now()) / 60000)), hours = Math.round(minutes / 60);
    const ago = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
    const text = time.dataset.show === 'moment' ? exact
      : time.dataset.show === 'clock' ? format(at, { timeStyle: 'short' })
      : Math.abs(minutes) < 1 ? ago.format(0, 'second')
      : Math.abs(minutes) < 60 ? ago.format(minutes, 'minute')
      : Math.abs(hours) < 24 ? ago.format(hours, 'hour') : format(at, { dateStyle: 'medium' });
    time.title = exact;
    if (time.textContent !== text) time.textContent = text;
  }
};

const live = ({ frame, state, queue = () => {} }) => {
  const page = document.body.dataset, session = page.session, store = 'queue:' + session;
  const start = Number(page.seq) || 0, seen = new Set();
  let address = page.live, socket, old, over = false, tries = 0, failing = 0, calm, retry, answer, lastTyping = 0;
  // Everything up to `whole` is in this page; `top` is the highest number so far; `asked` is the gap that was asked about.
  let whole = start, top = start, asked = 0, catching = false;
  let waiting = [];
  // What the server's page already shows was confirmed, even if the confirmation never arrived.
  try { waiting = JSON.parse(kept(store) || '[]').filter(own => !document.querySelector(`[data-id="${own.id}"]`)); } catch {}

  const post = message => {
    if (!socket || socket.readyState !== 1) return false;
    socket.send(JSON.stringify({ ...message, session }));
    return true;
  };
  // A connection that answers nothing is dead, whatever the browser thinks of it.
  const expect = () => { clearTimeout(answer); answer = setTimeout(drop, PATIENCE); };
  // While a ticket is fetched, a bare object stands where the socket will be.
  const close = gone => { if (gone && gone.close) { gone.onclose = gone.onmessage = null; gone.close(); } };
  const leave = () => { close(socket); close(old); };
  const drop = () => { leave(); failed(); };
  const hello = () => { catching = true; if (post({ type: 'hello', since: whole })) expect(); };
  const ping = () => { if (post({ type: 'ping' })) expect(); };
  const deliver = message => { if (post({ type: 'message', ...message })) expect(); };
  const queued = () => { keep(store, waiting.length ? JSON.stringify(waiting) : ''); queue(waiting); };

  const finish = how => {
    over = true;
    [calm, retry, answer].forEach(clearTimeout);
    leave();
    state(how);
  };

  const failed = () => {
    if (over) return;
    clearTimeout(answer); clearTimeout(retry);
    socket = null;
    if (!failing) { failing = Date.now(); calm = setTimeout(() => state('waiting'), CALM); }
    // A page that nobody looks at does not give up: phones freeze it, and it goes on when it is seen again.
    if (Date.now() - failing > GIVE_UP && !document.hidden) return finish('lost');
    const pause = Math.min(15000, 500 * 2 ** tries++);
    retry = setTimeout(connect, pause / 2 + Math.random() * pause / 2);
  };

  const connect = async () => {
    clearTimeout(retry);
    // The ticket in the page is good for one connection; each further one needs its own.
    let url = address;
    address = '';
    // The old connection stands until the next one may be opened: a customer who is here is not cut off when the link's
    // time passes (R5), and being here is what the server judges the ticket's request by.
    if (socket && socket.close) old = socket;
    const mine = socket = {};
    if (!url) {
      try {
        const reply = await fetch(page.ticketUrl, { headers: { accept: 'application/json' }, cache: 'no-store' });
        if (reply.status >= 400 && reply.status < 500 && reply.status !== 429) return finish('lost');
        url = (await reply.json()).url;
      } catch {}
    }
    if (over || socket !== mine) return;
    close(old);
    if (!url) return failed();
    socket = new WebSocket(url);
    // The early ping catches what happened while the connection came up, and was told to those who were there before.
    socket.onopen = () => { hello(); waiting.forEach(deliver); setTimeout(ping, EARLY); };
    socket.onmessage = event => { try { take(JSON.parse(event.data)); } catch (error) { console.error(error); } };
    socket.onclose = failed;
  };
  const again = () => { if (!over) connect(); };

  const take = message => {
    const { type, seq, id } = message;
    if (type === 'error' && message.code === 'not-connected') return drop();
    clearTimeout(answer); clearTimeout(calm);
    tries = failing = 0;
    state('open');
    if (type === 'superseded') return finish('superseded');
    // Many are told at the same moment; they come back one after the other.
    if (type === 'reconnect') { retry = setTimeout(again, Math.random() * PATIENCE); return; }
    if (type === 'reload') return location.reload();
    if (type === 'pong') {
      if (seq > top) hello();
      return frame(message);
    }
    if (type === 'error' && message.code === 'unavailable') {
      setTimeout(() => waiting.filter(own => own.id === id).forEach(deliver), PATIENCE / 2);
      return;
    }
    if (type === 'message' && waiting.some(own => own.id === id)) {
      waiting = waiting.filter(own => own.id !== id);
      queued();
    }
    // Everything up to here was said over this connection.
    if (message.caught_up) whole = Math.max(whole, seq);
    if (seq) {
      if (seq <= start || seen.has(type + seq)) return;
      seen.add(type + seq).add(seq);
      top = Math.max(top, seq);
      while (seen.has(whole + 1)) whole++;
      if (!catching && seq > whole && seq > asked) { asked = seq; hello(); }
    }
    // Presence ends the answer to a hello, but others' comings and goings look the same: what is missing stays missing.
    if (type === 'presence') catching = false;
    frame(message);
  };

  setInterval(ping, PING);
  const look = () => {
    if (document.hidden || over) return;
    if (!socket || failing) { failing = failing && Date.now(); tries = 0; again(); } else ping();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  queued();
  connect();

  return {
    post,
    send(text) {
      const message = { id: freshId(), text };
      waiting = [...waiting, message];
      queued();
      deliver(message);
      return message;
    },
    refuse(id) {
      const refused = waiting.find(own => own.id === id);
      waiting = waiting.filter(own => own.id !== id);
      queued();
      return refused ? refused.text : '';
    },
    typing() {
      if (Date.now() - lastTyping > TYPING && post({ type: 'typing' })) lastTyping = Date.now();
    },
  };
};
