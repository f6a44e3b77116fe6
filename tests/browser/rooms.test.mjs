// The journey: an agent at a desk, a customer on a phone, side by side, from the invitation to the last page a customer
// can get. The rule that each part proves is named in it (docs: behaviour).
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, loadedAgain, SOON, until } from "./harness.mjs";
import {
  clean,
  endSession,
  enter,
  enterPin,
  inRoom,
  person,
  reason,
  say,
  sees,
  shows,
  somebody,
  stack,
  start,
} from "./people.mjs";

const HOUR = 60 * 60;

/** Waits until the list beside the open room says `state` of its session: sooner than lists are asked for again. */
const rowSays = (agent, state) =>
  agent.page.locator(".session-row[aria-current]", { hasText: state }).waitFor({ timeout: SOON });

describe("an agent and a customer on a phone", () => {
  const pin = "482913";
  const mara = somebody("Mara");
  let agent;
  let customer;
  let link;
  let sid;

  before(async () => {
    await stack.configure({
      authentication: { method: "pin" },
      end: {
        agent_redirect: "stay",
        customer_access: { level: "full_timed", minutes: 60, then_limited_minutes: 60, chat: true, attachments: false },
      },
    });
    agent = await person();
    customer = await person({ width: 390 });
  });

  test("the agent signs in and starts a session with a PIN", async () => {
    await agent.page.goto("/login");
    await inspect(agent.page, "login");
    await agent.signIn(stack.agent);
    await inspect(agent.page, "console-first");
    sid = await start(agent, { ...mara, pin });
    await shows(agent, "Never joined");
    await inspect(agent.page, "agent-room-invited");
  });

  test("r7 the invitation arrives, carries the link and not the PIN", async () => {
    const message = await stack.messageTo(mara.email);
    assert.equal(message.channel, "email");
    assert.ok(!`${message.subject} ${message.text} ${message.html}`.includes(pin));
    link = stack.linkIn(message);
    assert.ok(link.startsWith(stack.url));
  });

  test("r6 looking at the link binds nothing: two others look first", async () => {
    for (const width of [390, 1280]) {
      const other = await person({ width });
      await other.page.goto(link);
      await other.page.locator("form[action$='/continue']").waitFor();
      await other.close();
    }
  });

  test("r7 the customer passes the opening page and the PIN page, after one wrong try", async () => {
    await customer.page.goto(link);
    assert.ok(!(await customer.page.content()).includes("Parlor"), "the product's name is nowhere on customer pages");
    await inspect(customer.page, "opening");
    await enter(customer, link);
    await inspect(customer.page, "pin");
    await enterPin(customer, "0000");
    await sees(customer, "Tries left: 4");
    await inspect(customer.page, "pin-wrong");
    await enterPin(customer, pin);
    await inRoom(customer);
    await inspect(customer.page, "room");
  });

  test("r14 the agent sees the customer come, live", async () => {
    await shows(agent, "Online, incomplete");
    await sees(agent, "Mara joined");
    await customer.page.locator("#presence[data-on]").waitFor({ state: "attached" });
    await rowSays(agent, "Active");
    await inspect(agent.page, "agent-room-active");
  });

  test("both write, and both see it at once", async () => {
    await say(agent, "Good morning, Mara");
    await sees(customer, "Good morning, Mara");
    await say(customer, "Good morning. Where do I sign?");
    await sees(agent, "Where do I sign?");
    await say(agent, "‮evil‬ <b>bold</b> 🙂");
    await sees(customer, "<b>bold</b> 🙂");
    await inspect(customer.page, "room-chat");
    await inspect(agent.page, "agent-room-chat");
  });

  test("a reload shows the same, once", async () => {
    await customer.page.reload();
    await inRoom(customer);
    assert.equal(await customer.page.locator("#log").getByText("Good morning, Mara").count(), 1);
    await agent.page.reload();
    assert.equal(await agent.page.locator("#stream").getByText("Where do I sign?").count(), 1);
    await shows(agent, "Online, incomplete");
  });

  test("r15 the newest tab wins, and the older one says so", async () => {
    const second = await customer.context.newPage();
    await second.goto(customer.page.url());
    await customer.page.getByRole("heading", { name: "Connection closed" }).waitFor();
    await inspect(customer.page, "connection-closed");
    await second.close();
    await customer.page.reload();
    await inRoom(customer);
    await shows(agent, "Online, incomplete");
  });

  test("r6 another browser is refused", async () => {
    const other = await person({ width: 390 });
    const answer = await other.page.goto(link);
    assert.equal(answer.status(), 403);
    assert.equal(await reason(other.page), "device");
    await inspect(other.page, "access-denied-device");
    await other.close();
  });

  test("r7 the owner sees the PIN again on the initials, by pointer and by keyboard", async () => {
    const { page } = agent;
    const digits = page.locator("[data-pin-out]");
    const shown = () => until("the PIN", async () => (await digits.textContent()).replace(/\D/g, "") === pin);
    assert.ok(!(await page.content()).includes(pin));
    await page.locator(".face-button").hover();
    await shown();
    await inspect(page, "agent-room-pin", { widths: [1280] });
    await page.mouse.move(600, 500);
    await until("the PIN to go", async () => !/\d/.test(await digits.textContent()));
    await page.locator(".face-button").focus();
    await shown();
    await page.locator("#text").focus();
  });

  test("r15 a lost connection is a calm bar, and what was typed meanwhile arrives once", async () => {
    const { page } = customer;
    let cut = false;
    const open = [];
    await page.routeWebSocket(/\/live/, (socket) => {
      if (cut) return socket.close({ code: 1013 });
      socket.connectToServer();
      open.push(socket);
    });
    await page.reload();
    await inRoom(customer);
    await page.locator("#presence[data-on]").waitFor({ state: "attached" });
    cut = true;
    await Promise.all(open.map((socket) => socket.close({ code: 1001 })));
    await page.locator("#offline").waitFor();
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await inspect(page, "room-reconnecting", { widths: [390] });
    await say(customer, "typed while away");
    cut = false;
    // The next try may be fifteen seconds away.
    await page.locator("#offline").waitFor({ state: "hidden", timeout: 30_000 });
    await sees(agent, "typed while away");
    await page.unrouteAll();
    await page.reload();
    await inRoom(customer);
    assert.equal(await page.locator("#log").getByText("typed while away").count(), 1);
    assert.equal(await agent.page.locator("#stream").getByText("typed while away").count(), 1);
    await shows(agent, "Online, incomplete");
  });

  test("r14 the agent sees the customer go", async () => {
    const { page } = customer;
    const room = page.url();
    // The agent sees "online" from before the reload; this is from the connection after it.
    await say(customer, "Goodbye for now");
    await sees(agent, "Goodbye for now");
    await page.goto("about:blank");
    await shows(agent, "Offline, incomplete");
    await page.goto(room);
    await shows(agent, "Online, incomplete");
  });

  test("r1 the agent ends the session; r2 the customer keeps what the settings promise", async () => {
    await endSession(agent);
    await agent.page.locator("#room[data-state=ended]").waitFor();
    await rowSays(agent, "Ended");
    await sees(customer, "This session has ended");
    await inspect(agent.page, "agent-room-ended");
    await inspect(customer.page, "room-full");
    assert.equal(await customer.page.locator("#text").count(), 1, "full, with chat on");
  });

  test("r2 full becomes limited, then nothing, by the clock", async () => {
    await stack.advance(HOUR + 1);
    await customer.page.reload();
    await inRoom(customer);
    await sees(customer, "This session has ended");
    assert.equal(await customer.page.locator("textarea#text:not([readonly])").count(), 0, "limited has no chat");
    await inspect(customer.page, "room-limited");
    await stack.advance(HOUR);
    const answer = await customer.page.goto(link);
    assert.equal(answer.status(), 410);
    assert.equal(await reason(customer.page), "session-expired");
    await inspect(customer.page, "session-expired");
    const room = await customer.page.goto(`/r/${sid}`);
    assert.equal(room.status(), 410);
  });

  test("r4 renewed, the session is as it was: the same device enters without a PIN", async () => {
    await agent.page.reload();
    await agent.page.getByRole("button", { name: /^Renew/ }).click();
    await agent.page.locator("#room[data-state=active]").waitFor();
    await customer.page.goto(link);
    if (!/\/r\//.test(customer.page.url())) {
      await customer.page.locator("form[action$='/continue'] button").click();
    }
    await inRoom(customer);
    assert.equal(await customer.page.locator("#log").getByText("Good morning, Mara").count(), 1);
    await shows(agent, "Online, incomplete");
    await say(customer, "I am back");
    await sees(agent, "I am back");
  });

  test("r6 the agent releases the device, and the next one that proves itself is bound", async () => {
    const other = await person({ width: 390 });
    await agent.page.locator(".room-actions details.menu summary").click();
    await agent.page.locator("[data-opens=release]").click();
    await agent.page.locator("#release [type=checkbox]").uncheck();
    await agent.page.locator("#release form button[type=submit]").click();
    await sees(agent, "released the device");
    await enter(other, link);
    await enterPin(other, pin);
    await inRoom(other);
    const answer = await customer.page.goto(link);
    assert.equal(answer.status(), 403);
    assert.equal(await reason(customer.page), "device");
  });

  test("nothing on the way broke a page", clean);
});

describe("what else the agent can do", () => {
  let agent;

  before(async () => {
    await stack.configure({ authentication: { method: "none" } });
    agent = await person();
    await agent.signIn(stack.agent);
  });

  test("r1 a planned session sends nothing until the agent invites", async () => {
    const { page } = agent;
    const jo = somebody("Jo");
    await page.goto("/console");
    await page.keyboard.press("n");
    const form = page.locator("form[data-new]:visible");
    await form.locator("[name=name]").fill(jo.name);
    await form.locator("[name=email]").fill(jo.email);
    await inspect(page, "new-session", { widths: [1280, 390] });
    await form.locator("button[name=mode][value=plan]").click();
    await page.locator("#room[data-state=planned]").waitFor();
    await inspect(page, "agent-room-planned");
    assert.equal((await stack.outbox()).filter((item) => item.to.includes(jo.email)).length, 0);
    await page.locator("form[data-operation=invite] button").first().click();
    await page.locator("#room[data-state=invited]").waitFor();
    assert.ok(stack.linkIn(await stack.messageTo(jo.email)));
  });

  test("r12 a URL can be generated and works beside the one that was sent", async () => {
    const { page } = agent;
    const kim = somebody("Kim");
    await start(agent, kim);
    const sent = stack.linkIn(await stack.messageTo(kim.email));
    await page.locator(".room-actions details.menu summary").click();
    await page.locator("details.menu form[data-operation=links] button").click();
    const url = await until("the URL", async () => (await page.locator("#link-url").inputValue()) || undefined);
    await inspect(page, "agent-room-url", { widths: [1280, 390] });
    assert.notEqual(url, sent);
    const customer = await person({ width: 390 });
    for (const link of [sent, url]) assert.equal((await customer.page.goto(link)).status(), 200);
    await customer.close();
  });

  test("r20 history finds a customer by the start of any word, without accents", async () => {
    const { page } = agent;
    const zoe = somebody("Zoe");
    await start(agent, { ...zoe, name: "Zoë Ångström-Vega" });
    await page.goto("/console");
    for (const query of ["zoe", "ANGS", "veg zo"]) {
      await page.locator("#q").fill(query);
      const rows = page.locator("#history .session-row");
      await until(
        `only Zoë for ${query}`,
        async () => (await rows.count()) === 1 && (await rows.textContent()).includes("Zoë Ångström-Vega"),
      );
    }
    await page.locator("#q").fill("ngstr");
    await until("nothing found", async () => (await page.locator("#history .session-row").count()) === 0);
    await inspect(page, "history-nothing-found", { widths: [1280] });
  });

  test("a mail that cannot be delivered is shown to the agent", async () => {
    const lou = { name: "Lou Quist", email: "lou@bounce.example" };
    await start(agent, lou);
    await sees(agent, "could not be delivered");
    await inspect(agent.page, "agent-room-undelivered");
  });

  test("nothing on the way broke a page", clean);
});

describe("a customer without JavaScript", () => {
  before(() => stack.configure({ authentication: { method: "pin" } }));

  test("r6 r7 gets to the room, writes, and reads the answer", async () => {
    const pin = "7391";
    const ana = somebody("Ana");
    const agent = await person();
    await agent.signIn(stack.agent);
    await start(agent, { ...ana, pin });
    const link = stack.linkIn(await stack.messageTo(ana.email));
    const customer = await person({ width: 320, javaScript: false });
    await enter(customer, link);
    await enterPin(customer, "7 391");
    await customer.page.waitForURL(/\/r\//);
    await say(customer, "Hello from an old phone");
    await sees(customer, "Hello from an old phone");
    await sees(agent, "Hello from an old phone");
    await say(agent, "Welcome, Ana");
    // The agent's page shows it before it is kept, and this customer's page does not renew itself.
    await until("the answer after a reload", async () => {
      if (!(await loadedAgain(customer.page))) return false;
      return (await customer.page.getByText("Welcome, Ana").count()) > 0;
    });
    await customer.page.screenshot({
      path: new URL("screenshots/room-without-javascript-320.png", import.meta.url).pathname,
      fullPage: true,
    });
    await endSession(agent);
    await agent.page.locator("#room[data-state=ended]").waitFor();
    await customer.page.reload();
    await sees(customer, "This session has ended");
    clean();
  });
});
