// Pages that close say why, keep what was typed, and come back by themselves (R2, R27).
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, enter, inRoom, person, reason, say, sees, somebody, stack, start } from "./people.mjs";

const MINUTE = 60;
const NONE = { level: "none", minutes: null, then_limited_minutes: null, chat: false };

/** An agent in the room of a session, and its customer in theirs. */
async function together(first, { width = 390 } = {}) {
  const [agent, customer] = [await person(), await person({ width })];
  await agent.signIn(stack.agent);
  const who = somebody(first);
  const sid = await start(agent, who);
  const link = stack.linkIn(await stack.messageTo(who.email));
  await enter(customer, link);
  await inRoom(customer);
  return { agent, customer, sid, link };
}

const closed = (page, why) =>
  page.locator(`meta[name='parlor:reason'][content='${why}']`).waitFor({ state: "attached" });
const act = (sid, operation, body = {}) => stack.api("POST", `/v1/sessions/${sid}/${operation}`, body);
const configure = (access, more = {}) =>
  stack.configure({ authentication: { method: "none" }, end: { customer_access: access, ...more } });

describe("pages that close", () => {
  before(() => configure(NONE, { inactivity_minutes: null, agent_redirect: "stay" }));

  test("r2 r27 what was typed stays on the page of an end, which comes back with a renewal", async () => {
    const { customer, sid } = await together("Ivo");
    await customer.page.locator("#text").fill("My new address is");
    await act(sid, "end");
    await closed(customer.page, "session-expired");
    await sees(customer, "It ended on");
    const kept = customer.page.locator("[data-kept] textarea");
    await until("the text", async () => (await kept.inputValue()) === "My new address is");
    await inspect(customer.page, "session-ended-typed");
    await act(sid, "renew");
    await inRoom(customer);
    assert.equal(await customer.page.locator("#text").inputValue(), "My new address is");
  });

  test("r27 a link's own page comes back, too", async () => {
    const { sid, link } = await together("Jo");
    await act(sid, "end");
    const other = await person({ width: 390 });
    await other.page.goto(link);
    assert.equal(await reason(other.page), "session-expired");
    await act(sid, "renew");
    await until("another page", async () => (await reason(other.page).catch(() => "")) === "device");
  });

  test("r27 a released device is told so in the company's name, and is bound again by its link", async () => {
    const { customer, sid, link } = await together("Kai");
    await act(sid, "device/release", { replace_link: false });
    await customer.page.getByRole("heading", { name: "Closed on this device" }).waitFor();
    assert.equal(await reason(customer.page), "device");
    assert.ok(await customer.page.locator(".company").textContent());
    await sees(customer, "Tell Nina");
    await inspect(customer.page, "device-released");
    const tab = await customer.context.newPage();
    await tab.goto(link);
    await tab.locator("form[action$='/continue'] button").click();
    await tab.waitForURL(/\/r\//);
    await tab.close();
    await inRoom(customer);
  });

  test("r27 the customer is warned before an end by inactivity, and no longer when the agent goes on", async () => {
    await configure(NONE, { inactivity_minutes: 10 });
    const { agent, customer, sid } = await together("Lea");
    await stack.advance(8 * MINUTE + 30);
    await customer.page.reload();
    await sees(customer, "This page closes soon");
    await inspect(customer.page, "room-closing");
    await agent.page.reload();
    await say(agent, "I am back");
    await customer.page.getByText("This page closes soon").waitFor({ state: "detached" });
    await stack.advance(10 * MINUTE + 1);
    await closed(customer.page, "session-expired");
    await sees(customer, "It ended by itself");
    await configure(NONE, { inactivity_minutes: null });
    await act(sid, "renew");
    await inRoom(customer);
  });

  test("r2 limited shows the chat that was, and closes it", async () => {
    await configure({ ...NONE, level: "limited", minutes: 60 });
    const { agent, customer, sid } = await together("Mia");
    await say(agent, "The rate is 3.9 %");
    await sees(customer, "The rate is 3.9 %");
    await customer.page.locator("#text").fill("Thank you for");
    await act(sid, "end");
    await sees(customer, "You can still read the messages here until");
    assert.ok(await customer.page.getByText("The rate is 3.9 %").isVisible());
    assert.equal(await customer.page.locator("#write textarea").inputValue(), "Thank you for");
    await customer.page.reload();
    await sees(customer, "The rate is 3.9 %");
    await inspect(customer.page, "room-limited-chat");
  });

  test("r2 where the customer may write after the end, the agent answers", async () => {
    await configure({ ...NONE, level: "full", chat: true });
    const { agent, customer, sid } = await together("Noa");
    await act(sid, "end");
    await agent.page.locator("#room[data-state=ended]").waitFor();
    await say(customer, "One more question");
    await sees(agent, "One more question");
    await say(agent, "Here is the answer");
    await sees(customer, "Here is the answer");
    await inspect(agent.page, "agent-room-ended-writable", { widths: [390, 1280] });
    assert.equal((await stack.api("GET", `/v1/sessions/${sid}`)).state, "ended");
  });

  test("nothing on the way broke a page", clean);
});

describe("the chat while there is nothing to do", () => {
  before(() => configure(NONE));

  test("on a phone it is open, with the first message in sight", async () => {
    const { agent, customer } = await together("Oda");
    assert.ok(await customer.page.locator("#text").isVisible());
    assert.ok(await customer.page.locator("#chat-open").isHidden());
    await say(agent, "Good morning, ask me anything");
    await sees(customer, "Good morning, ask me anything");
    const { height } = customer.page.viewportSize();
    for (const part of ["#log .message p", "#text"]) {
      const box = await customer.page.locator(part).first().boundingBox();
      assert.ok(box.y > 0 && box.y + box.height <= height, `${part} is in sight`);
    }
    await inspect(customer.page, "room-talk");
  });

  test("at a desk Enter sends, and the page says so", async () => {
    const { customer } = await together("Pim", { width: 1280 });
    await customer.page.getByText("Enter sends").waitFor();
    await customer.page.locator("#text").fill("By Enter");
    await customer.page.locator("#text").press("Enter");
    await sees(customer, "By Enter");
    assert.equal(await customer.page.locator("#text").inputValue(), "");
  });

  test("nothing speaks of signing while there is nothing to sign", async () => {
    const agent = await person();
    await agent.signIn(stack.agent);
    const who = somebody("Quin");
    await start(agent, who);
    const mail = await stack.messageTo(who.email);
    assert.doesNotMatch(mail.text, /sign|fill in/);
    const customer = await person({ width: 390 });
    await enter(customer, stack.linkIn(mail));
    await inRoom(customer);
    assert.doesNotMatch(await customer.page.locator("main").textContent(), /sign|fill in/);
  });

  test("a message that is too long is said to be, and not cut, in both rooms", async () => {
    const { agent, customer } = await together("Rik");
    for (const { page } of [agent, customer]) {
      const field = page.locator("#text");
      await field.focus();
      await page.evaluate((text) => document.execCommand("insertText", false, text), "x".repeat(5_002));
      assert.equal((await field.inputValue()).length, 5_002);
      const trouble = page.getByText("Characters too many: 1002");
      await trouble.waitFor();
      const { width, height } = page.viewportSize();
      for (const part of [field, trouble]) {
        const box = await part.boundingBox();
        const inside = box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height;
        assert.ok(inside, `in sight: ${JSON.stringify(box)}`);
      }
      await field.locator("xpath=ancestor::form").locator("button[type=submit]").click();
      assert.equal((await field.inputValue()).length, 5_002);
      assert.equal(
        await page
          .getByText("xxxxx")
          .filter({ hasNot: page.locator("textarea") })
          .count(),
        0,
      );
      await inspect(page, page === agent.page ? "agent-room-too-long" : "room-too-long", { widths: [390] });
      await field.fill("x\ty");
      await page.getByText("Characters too many").waitFor({ state: "hidden" });
    }
  });

  test("tabs and line breaks arrive as they were typed", async () => {
    const { agent, customer } = await together("Sia");
    await say(agent, "Rate:\t3.9 %\nYears:\t5");
    const message = customer.page.locator("#log .message p").last();
    await until("the message", async () => (await message.textContent().catch(() => "")) === "Rate:\t3.9 %\nYears:\t5");
  });

  test("nothing on the way broke a page", clean);
});
