// The console's lists follow what happens (R20), for whoever may see the session, and move nothing under the pointer.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, say, somebody, stack } from "./people.mjs";

/** Starts a session for somebody new, as a program does; its id and its customer. */
async function session(first) {
  const customer = somebody(first);
  const { id } = await stack.api("POST", "/v1/sessions", { customer });
  return { id, ...customer };
}

/** The customer's phone, in the room. */
async function phoneOf({ email }) {
  const phone = await person({ width: 390 });
  await enter(phone, stack.linkIn(await stack.messageTo(email)));
  await inRoom(phone);
  return phone;
}

const rowOf = ({ page }, { id }) => page.locator(`#history [data-row="${id}"]`);
const appears = (at, it) => rowOf(at, it).waitFor({ timeout: SOON });
const order = ({ page }) =>
  page.locator("#history [data-row]").evaluateAll((rows) => rows.map((row) => row.dataset.row));
const isFirst = (at, { id }) => until("the row is first", async () => (await order(at))[0] === id);
const titleIs = ({ page }, begin) =>
  until(`the title begins with ${begin}`, async () => (await page.title()).startsWith(begin));

/** Somebody at the console's first page, whose lists are being told. */
async function desk(who, options) {
  const at = await person(options);
  const listening = at.page.waitForEvent("websocket", { timeout: SOON });
  await at.signIn(who);
  const socket = await listening;
  await socket.waitForEvent("framereceived", { timeout: SOON });
  await at.page.mouse.move(900, 700);
  return at;
}

describe("lists that follow what happens", () => {
  let nina;
  let mara;
  let tom;
  let phone;

  before(async () => {
    nina = await desk(stack.agent);
    mara = await session("Mara");
  });

  test("r20 a session that is started elsewhere comes, and says that its customer joined", async () => {
    await appears(nina, mara);
    phone = await phoneOf(mara);
    await rowOf(nina, mara).getByText("Active").or(rowOf(nina, mara).getByText("Joined")).first().waitFor();
    await nina.page.locator(`#history [data-indicator-of="${mara.id}"][data-indicator=online_incomplete]`).waitFor();
    await nina.page
      .locator(".open-row", { hasText: mara.name })
      .locator(".open-row-state", { hasText: "Active" })
      .waitFor();
  });

  test("r20 what the customer writes is counted on the row and in the title, and the row goes to the top", async () => {
    tom = await session("Tom");
    await isFirst(nina, tom);
    await say(phone, "Is anybody there?");
    await isFirst(nina, mara);
    await titleIs(nina, "(1) ");
    await say(phone, "Hello?");
    await titleIs(nina, "(2) ");
    const count = rowOf(nina, mara).locator(".row-count");
    assert.equal(await count.getAttribute("title"), "2 new");
    await inspect(nina.page, "console-unread");
    await nina.page.emulateMedia({ colorScheme: "dark" });
    await inspect(nina.page, "console-unread-dark", { widths: [1280] });
    await nina.page.emulateMedia({ colorScheme: "light" });
  });

  test("r20 nothing moves under the pointer or the focus, and all of it once they are gone", async () => {
    await nina.page.mouse.move(900, 700);
    const ole = await session("Ole");
    await isFirst(nina, ole);
    for (const [stay, go] of [
      [() => rowOf(nina, mara).hover(), () => nina.page.mouse.move(900, 700)],
      [() => rowOf(nina, mara).focus(), () => nina.page.evaluate(() => document.activeElement.blur())],
    ]) {
      await stay();
      const before = await order(nina);
      const seen = Number(await rowOf(nina, mara).locator(".row-count span").first().textContent());
      await say(phone, `And this is number ${seen}.`);
      await titleIs(nina, `(${seen + 1}) `);
      const late = await session("Late");
      await nina.page.locator(`.welcome [data-row="${late.id}"]`).waitFor();
      assert.deepEqual(await order(nina), before);
      await go();
      await isFirst(nina, late);
      assert.equal((await order(nina))[1], mara.id);
    }
  });

  test("r20 a flood asks for a row no more often than twice a second", async () => {
    let asked = 0;
    nina.page.on("request", (request) => {
      if (request.url().endsWith(`/${tom.id}/row`)) asked += 1;
    });
    const began = Date.now();
    for (let time = 0; time < 6; time++) {
      await stack.api("POST", `/v1/sessions/${tom.id}/end`, {});
      await stack.api("POST", `/v1/sessions/${tom.id}/renew`, {});
    }
    await stack.api("POST", `/v1/sessions/${tom.id}/end`, {});
    await rowOf(nina, tom).and(nina.page.locator("[data-over]")).waitFor();
    const most = Math.ceil((Date.now() - began) / 500) + 1;
    assert.ok(asked >= 1 && asked <= most, `${asked} of ${most}`);
  });

  test("r20 entering a room reads what was counted", async () => {
    await rowOf(nina, mara).click();
    await nina.page.locator("#room").waitFor();
    await rowOf(nina, mara).locator(".row-count").waitFor({ state: "detached" });
    assert.ok(!(await nina.page.title()).startsWith("("));
    // In a room, too, the other sessions are told of, once the pointer has left the list.
    await nina.page.mouse.move(900, 700);
    const lea = await session("Lea");
    await isFirst(nina, lea);
    await nina.page.goto("/console");
  });

  test("r20 a supervisor's list shows a colleague's session, an agent's does not", async () => {
    const sam = await desk(stack.supervisor);
    const omar = await desk(stack.agent2);
    for (const { page } of [sam, omar]) {
      await page.evaluate(() => {
        document.getElementById("history").dataset.scope = "team";
      });
    }
    // An empty list is made anew as a whole; from then on it has rows.
    const own = await session("Ida");
    await appears(nina, own);
    const shown = await session("Eva");
    await appears(nina, shown);
    await sam.page.waitForFunction(() => document.title);
    assert.equal(await rowOf(omar, shown).count(), 0);
  });

  test("r20 after a loss of the connection the list is asked for once", async () => {
    const away = await person();
    let blocked = false;
    let isTold = false;
    const sockets = [];
    await away.page.routeWebSocket(/\/live\?ticket=/, (socket) => {
      if (blocked) {
        socket.close();
        return;
      }
      sockets.push(socket);
      const server = socket.connectToServer();
      server.onMessage((frame) => {
        socket.send(frame);
        isTold = true;
      });
    });
    await away.signIn(stack.agent);
    await until("a connection", () => isTold);
    await away.page.mouse.move(900, 700);
    blocked = true;
    for (const socket of sockets) socket.close();
    const missed = await session("Ada");
    await appears(nina, missed);
    assert.equal(await rowOf(away, missed).count(), 0);
    blocked = false;
    // The pauses between its tries have grown by now.
    await rowOf(away, missed).waitFor({ timeout: 3 * SOON });
  });

  test("whoever wants to is notified of a customer who joins or writes, and nobody else", async () => {
    const at = await person();
    await at.page.addInitScript(() => {
      globalThis.shown = [];
      globalThis.Notification = class {
        static permission = "default";
        static async requestPermission() {
          globalThis.Notification.permission = "granted";
          return "granted";
        }
        constructor(title) {
          globalThis.shown.push(title);
        }
      };
      document.hasFocus = () => false;
    });
    await at.signIn(stack.agent);
    const shown = () => at.page.evaluate(() => globalThis.shown);
    const bea = await session("Bea");
    await appears(at, bea);
    const hers = await phoneOf(bea);
    await at.page.locator(`#history [data-indicator-of="${bea.id}"][data-indicator=online_incomplete]`).waitFor();
    assert.deepEqual(await shown(), []);
    await at.page.locator(".me > summary").click();
    await at.page.getByRole("switch", { name: "Notify me here" }).check();
    await inspect(at.page, "console-menu", { widths: [1280] });
    await at.page.keyboard.press("Escape");
    await at.page.mouse.move(900, 700);
    await say(hers, "Here I am.");
    // That she joined may be heard after it was switched on.
    await until("a notification", async () => (await shown()).includes(`New message from ${bea.name}`));
    const cid = await session("Cid");
    await appears(at, cid);
    await phoneOf(cid);
    await until("another one", async () => (await shown()).at(-1) === `${cid.name} joined`);
  });

  test("nothing else happened", clean);
});
