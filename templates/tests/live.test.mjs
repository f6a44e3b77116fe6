// The live client against a server, a clock and a page that are made up: what it sends, what it shows once, when it gives
// up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.mjs";

const presence = { type: "presence", customer: true, agent: true };
const message = (seq, id = `m${seq}`, from = "agent") => ({
  type: "message",
  seq,
  id,
  from,
  name: "Nina",
  text: "x",
  at: "2026-01-01T00:00:00Z",
});

test("connects with the ticket of the page and says hello with the last number", async () => {
  const { last } = world({ seq: 7 });
  assert.equal(last().url, "wss://first");
  last().open();
  assert.deepEqual(last().sent, [{ type: "hello", since: 7, session: "s" }]);
});

test("shows every event once, whatever comes twice", async () => {
  const { last, frames } = world();
  last().open();
  last().say(presence);
  for (const seq of [3, 4, 4, 5]) last().say(message(seq));
  assert.deepEqual(
    frames.filter((frame) => frame.seq).map((frame) => frame.seq),
    [4, 5],
  );
});

test("asks once for what is missing and takes it out of order", async () => {
  const { last, frames } = world();
  last().open();
  last().say(presence);
  last().say(message(6));
  assert.deepEqual(
    last()
      .typed("hello")
      .map((frame) => frame.since),
    [3, 3],
  );
  for (const seq of [4, 5, 6]) last().say(message(seq));
  last().say(presence);
  last().say(message(7));
  assert.deepEqual(
    frames.filter((frame) => frame.seq).map((frame) => frame.seq),
    [6, 4, 5, 7],
  );
  assert.equal(last().typed("hello").length, 2);
});

test("does not ask for ever about numbers that are not for this reader", async () => {
  const { last } = world();
  last().open();
  last().say(presence);
  last().say(message(9));
  last().say({ type: "session", seq: 9, caught_up: true });
  last().say(presence);
  last().say(message(10));
  assert.equal(last().typed("hello").length, 2);
});

test("somebody else who comes does not make a gap whole", async () => {
  const { last, pass } = world();
  last().open();
  last().say(presence);
  last().say(message(5));
  last().say(presence);
  last().die();
  await pass(600);
  last().open();
  assert.equal(last().sent[0].since, 3, "the answer never came, so it is asked for again");
});

test("reconnects silently with a fresh ticket and catches up", async () => {
  const { last, sockets, states, pass } = world();
  last().open();
  last().say(presence);
  last().say(message(4));
  last().die();
  await pass(600);
  assert.equal(sockets.length, 2);
  assert.equal(last().url, "wss://fresh");
  last().open();
  assert.deepEqual(last().sent[0], { type: "hello", since: 4, session: "s" });
  last().say(presence);
  await pass(5000);
  assert.deepEqual(states, ["open"], "nobody was told");
});

test("a message waits, survives a reload, is sent again and confirmed by its own frame", async () => {
  const store = {};
  const first = world({ store });
  const { id } = first.room.send("hello");
  assert.match(store["queue:s"], /hello/);
  const second = world({ store });
  assert.deepEqual(second.queues[0], [{ id, text: "hello" }]);
  second.last().open();
  assert.deepEqual(second.last().typed("message"), [{ type: "message", id, text: "hello", session: "s" }]);
  second.last().die();
  await second.pass(600);
  second.last().open();
  assert.equal(second.last().typed("message")[0].id, id);
  second.last().say(message(4, id, "customer"));
  assert.deepEqual(second.queues.at(-1), []);
  assert.equal(store["queue:s"], undefined);
});

test("what the page already shows is not sent again", async () => {
  const { queues } = world({ store: { "queue:s": '[{"id":"a","text":"x"}]' }, shown: ["a"] });
  assert.deepEqual(queues[0], []);
});

test("a refused message gives its text back; a postponed one is sent again", async () => {
  const { room, last, frames, pass } = world();
  last().open();
  last().say(presence);
  const { id } = room.send("once more");
  last().say({ type: "error", code: "unavailable", id });
  await pass(6000);
  assert.equal(last().typed("message").length, 2);
  last().say({ type: "error", code: "chat-off", id });
  assert.equal(frames.at(-1).code, "chat-off");
  assert.equal(room.refuse(id), "once more");
});

test("own messages go one after the other, in the order in which they were written", async () => {
  const { room, last, pass } = world();
  const ids = ["one", "two", "three"].map((text) => room.send(text).id);
  const sent = () =>
    last()
      .typed("message")
      .map((frame) => frame.text);
  last().open();
  last().say(presence);
  assert.deepEqual(sent(), ["one"], "the next waits for the confirmation");
  // Somebody else's message is none.
  last().say(message(4));
  assert.deepEqual(sent(), ["one"]);
  last().say(message(5, ids[0], "customer"));
  assert.deepEqual(sent(), ["one", "two"]);
  last().die();
  await pass(600);
  last().open();
  assert.deepEqual(sent(), ["two"], "again, over the new connection, and before the third");
  last().say({ type: "error", code: "unavailable", id: ids[1] });
  await pass(6000);
  last().say({ type: "error", code: "too-often", id: ids[1] });
  await pass(6000);
  assert.deepEqual(sent(), ["two", "two", "two"]);
  last().say({ type: "error", code: "invalid-message", id: ids[1] });
  assert.equal(room.refuse(ids[1]), "two");
  assert.deepEqual(sent(), ["two", "two", "two", "three"], "what is refused holds nobody up");
  room.send("four");
  assert.equal(sent().at(-1), "three");
  last().say(message(6, ids[2], "customer"));
  assert.equal(sent().at(-1), "four");
});

test("asks for the next page of what was missed", async () => {
  const { last } = world();
  last().open();
  for (const seq of [4, 5]) last().say(message(seq));
  last().say({ type: "session", seq: 5, caught_up: true, more: true });
  last().say(presence);
  last().say(message(6));
  last().say({ type: "session", seq: 6, caught_up: true });
  last().say(presence);
  assert.deepEqual(
    last()
      .typed("hello")
      .map((frame) => frame.since),
    [3, 5],
  );
});

test("superseded is the end", async () => {
  const { last, sockets, states, pass } = world();
  last().open();
  last().say({ type: "superseded" });
  await pass(300000);
  assert.deepEqual(states, ["open", "superseded"]);
  assert.equal(sockets.length, 1);
});

test("says so after three seconds and gives up after two minutes", async () => {
  const { last, states, pass } = world({
    ticket: () => {
      throw new Error("offline");
    },
  });
  last().open();
  last().say(presence);
  last().die();
  await pass(3500);
  assert.deepEqual(states, ["open", "waiting"]);
  await pass(150000);
  assert.deepEqual(states, ["open", "waiting", "lost"]);
});

test("never gives up while nobody looks, and tries at once when somebody does", async () => {
  let offline = true;
  const { last, states, document, listeners, pass, sockets } = world({
    ticket: () => {
      if (offline) throw new Error("offline");
      return { status: 200, url: "wss://fresh" };
    },
  });
  last().open();
  document.hidden = true;
  last().die();
  await pass(3600000);
  assert.ok(!states.includes("lost"));
  offline = false;
  document.hidden = false;
  listeners.visibilitychange();
  await pass(10);
  assert.equal(last().url, "wss://fresh");
  assert.ok(sockets.length >= 2);
});

test("a ticket that is refused for good is the end", async () => {
  const { last, states, pass } = world({ ticket: () => ({ status: 410 }) });
  last().open();
  last().say(presence);
  last().die();
  await pass(1000);
  assert.deepEqual(states, ["open", "lost"]);
});

test("a connection that answers nothing is replaced", async () => {
  const { last, sockets, pass } = world();
  last().open();
  last().say(presence);
  await pass(5000);
  assert.equal(last().typed("ping").length, 1, "soon after connecting");
  last().say({ type: "pong", seq: 3, customer: true, agent: true });
  await pass(235000);
  assert.equal(last().typed("ping").length, 2, "and every four minutes");
  await pass(11000);
  assert.equal(sockets.length, 2);
  assert.ok(sockets[0].closed);
});

test("a pong tells of a missed event", async () => {
  const { last } = world();
  last().open();
  last().say(presence);
  last().say({ type: "pong", seq: 5, customer: true, agent: false });
  assert.deepEqual(
    last()
      .typed("hello")
      .map((frame) => frame.since),
    [3, 3],
  );
  for (const seq of [4, 5]) last().say(message(seq));
});

test("reconnect and reload do as they are told", async () => {
  const { last, sockets, location, states, pass } = world();
  last().open();
  last().say(presence);
  last().say({ type: "reconnect" });
  await pass(10001);
  assert.equal(sockets.length, 2);
  last().open();
  last().say({ type: "reload" });
  assert.ok(location.reloaded);
  assert.deepEqual(states, ["open"]);
});

test("the old connection stands until the ticket for the next one is there", async () => {
  let stood;
  const { last, sockets, pass } = world({
    ticket: () => {
      stood = !sockets[0].closed;
      return { status: 200, url: "wss://fresh" };
    },
  });
  last().open();
  last().say(presence);
  last().say({ type: "reconnect" });
  await pass(10001);
  assert.ok(stood, "a customer who is here counts as being here");
  assert.ok(sockets[0].closed && !sockets[1].closed);
});

test("a connection that is not in the room backs off instead of spinning", async () => {
  const { last, sockets, states, pass } = world();
  for (let round = 0; round < 400 && !states.includes("lost"); round++) {
    last().open?.();
    last().say({ type: "error", code: "not-connected" });
    await pass(1000);
  }
  assert.ok(sockets.length < 30, String(sockets.length));
  assert.deepEqual(states, ["waiting", "lost"]);
});
