// The customer's room: keeps the page that the server rendered alive. All words come from the page.

const $ = id => document.getElementById(id);
showTimes(document);
setInterval(() => showTimes(document), 30000);

if ($('room')) {
  const draftKey = 'draft:' + location.pathname;
  const log = $('log'), panel = $('chat'), opener = $('chat-open'), badge = $('unread');
  const wide = matchMedia('(min-width: 60rem)'), pointer = matchMedia('(pointer: fine)');
  let unread = 0, room, typingTimer, refreshTimer;
  document.body.classList.add('scripted');

  const open = () => !panel || wide.matches || document.body.classList.contains('chat-is-open');
  const showUnread = () => {
    if (!badge) return;
    badge.hidden = !unread;
    badge.textContent = unread ? badge.dataset.text.replace('{n}', unread) : '';
  };
  const toEnd = () => { if (log) log.scrollTop = log.scrollHeight; };
  const show = on => {
    document.body.classList.toggle('chat-is-open', on);
    opener.setAttribute('aria-expanded', on);
    if (!on) return opener.focus();
    unread = 0;
    showUnread();
    toEnd();
    const field = $('text');
    (field || log).focus();
  };

  // ---- Chat -------------------------------------------------------------------------------------------------------
  const row = ({ id, seq, mine, name, text, at }) => {
    const item = document.createElement('div'), body = document.createElement('p'), meta = document.createElement('span');
    item.className = mine ? 'message mine' : 'message';
    item.dataset.id = id;
    body.dir = 'auto';
    body.textContent = text;
    meta.className = 'meta';
    const who = document.createElement('bdi');
    who.textContent = mine ? log.dataset.you : name.split(' ')[0];
    meta.append(who, ' · ');
    if (seq) {
      const time = document.createElement('time');
      item.dataset.seq = seq;
      time.dateTime = at;
      time.dataset.show = 'ago';
      meta.append(time);
    } else {
      item.classList.add('on-its-way');
      meta.append(log.dataset.sending);
    }
    item.append(body, meta);
    return item;
  };
  const arrived = message => {
    if (!log) return;
    const own = message.from === 'customer';
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const item = row({ ...message, mine: own, name: message.name || '' });
    const here = [...log.children];
    const same = here.find(other => other.dataset.id === message.id);
    // In the server's order, and before what is still on its way.
    const next = here.find(other => other !== same && Number(other.dataset.seq || Infinity) > message.seq);
    if (same) same.remove();
    log.insertBefore(item, next || null);
    showTimes(item);
    const hint = $('log-empty');
    if (hint) hint.hidden = true;
    if (own || near) toEnd();
    if (!own) {
      $('typing').textContent = '';
      if (!open() || document.hidden) unread++;
      showUnread();
    }
  };
  const onItsWay = queue => {
    if (!log) return;
    for (const item of log.querySelectorAll('.on-its-way')) {
      if (!queue.some(own => own.id === item.dataset.id)) item.remove();
    }
    for (const own of queue) {
      if (![...log.children].some(item => item.dataset.id === own.id)) log.append(row({ ...own, mine: true }));
    }
    if (queue.length) toEnd();
  };
  const submit = () => {
    const field = $('text'), text = field.value.trim();
    if (!text) return;
    const trouble = $('refused');
    if (trouble) trouble.remove();
    field.value = '';
    keep(draftKey, '');
    room.send(text);
    toEnd();
    field.focus();
  };
  // What the server refused goes back into the field, so that nothing typed is lost.
  const refused = text => {
    const field = $('text'), write = $('write');
    if (!write || !text) return;
    const together = [text, field && field.value].filter(Boolean).join('\n');
    if (field) field.value = together;
    keep(draftKey, together);
    const trouble = document.createElement('p');
    trouble.id = 'refused';
    trouble.className = 'field-error';
    trouble.setAttribute('role', 'alert');
    trouble.textContent = log.dataset.refused;
    if ($('refused')) $('refused').remove();
    write.prepend(trouble);
  };
  const dressField = () => {
    const field = $('text');
    if (field) return draft(field, draftKey);
    const lost = kept(draftKey), write = $('write');
    if (!lost || !write || write.querySelector('textarea')) return;
    const copy = document.createElement('textarea');
    copy.className = 'input';
    copy.readOnly = true;
    copy.value = lost;
    write.append(copy);
  };

  // ---- What the server says ---------------------------------------------------------------------------------------
  // The page is fetched again and its changing part taken from it: what may be done is for the server to say.
  const refresh = async () => {
    try {
      const reply = await fetch(location.pathname + location.search, { cache: 'no-store' });
      if (reply.redirected || (!reply.ok && reply.status < 500)) return location.reload();
      const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
      const focused = document.activeElement && document.activeElement.getAttribute('href');
      const done = document.querySelector('.done'), wasOpen = done && done.open;
      for (const id of ['now', 'write']) {
        const old = $(id), next = fresh.getElementById(id);
        // The field is left alone while it may be written in: somebody may be typing.
        if (!old || !next || (id === 'write' && old.hasAttribute('data-open') === next.hasAttribute('data-open'))) continue;
        old.replaceWith(document.adoptNode(next));
      }
      if (wasOpen && document.querySelector('.done')) document.querySelector('.done').open = true;
      const back = focused && [...document.querySelectorAll('#now a')].find(link => link.getAttribute('href') === focused);
      if (back) back.focus();
      dressField();
      showTimes(document);
    } catch {
      // Without a connection the live client is already trying; the next event brings the page up to date.
    }
  };
  const presence = here => {
    const line = $('presence'), away = $('inactive');
    if (away && here) away.hidden = true;
    if (!line) return;
    line.toggleAttribute('data-on', here);
    const text = here ? line.dataset.here : line.dataset.away;
    if (line.textContent !== text) line.textContent = text;
  };
  const frame = message => {
    const { type } = message;
    if (type === 'message') arrived(message);
    else if (type === 'presence' || type === 'pong') presence(Boolean(message.agent));
    else if (type === 'typing' && message.from !== 'customer' && $('typing')) {
      $('typing').textContent = $('typing').dataset.text;
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => { $('typing').textContent = ''; }, 5000);
    } else if (type === 'error' && ['session-expired', 'device', 'service-down'].includes(message.code)) location.reload();
    else if (type === 'error' && message.id) refused(room.refuse(message.id));
    else if (type === 'session' || type === 'interaction' || type === 'settings') {
      if (/^https:\/\//.test(message.redirect || '')) return location.replace(message.redirect);
      clearTimeout(refreshTimer);
      refreshTimer = setTimeout(refresh, 200);
    }
  };
  const state = now => {
    $('offline').hidden = now !== 'waiting';
    if (now !== 'lost' && now !== 'superseded') return;
    const screen = $('closed-' + now).content.cloneNode(true);
    document.body.className = 'narrow';
    $('room').replaceWith(screen);
    if (opener) opener.remove();
    document.querySelector('main h1').focus();
  };

  if (panel) {
    $('chat-close').hidden = opener.hidden = false;
    opener.addEventListener('click', () => show(true));
    panel.addEventListener('click', event => { if (event.target.closest('[data-do=close]')) show(false); });
    panel.addEventListener('keydown', event => { if (event.key === 'Escape' && !wide.matches) show(false); });
    // Without a live connection the form goes the long way, and works all the same.
    panel.addEventListener('submit', event => { if (room) { event.preventDefault(); submit(); } else keep(draftKey, ''); });
    panel.addEventListener('input', () => { if (room) room.typing(); });
    panel.addEventListener('keydown', event => {
      // Enter sends where there is a real keyboard; on a phone it is a new line.
      if (event.target.id === 'text' && event.key === 'Enter' && !event.shiftKey && !event.isComposing && pointer.matches) {
        event.preventDefault();
        if (event.target.value.trim()) event.target.form.querySelector('button').click();
      }
    });
    document.addEventListener('visibilitychange', () => { if (!document.hidden && open()) { unread = 0; showUnread(); } });
    dressField();
    toEnd();
    if ((location.hash === '#chat' || panel.querySelector('[role=alert]')) && !wide.matches) show(true);
  }
  if (document.body.dataset.live) room = live({ frame, state, queue: onItsWay });
}
