// Every page that keeps somebody out, and the way back in where there is one.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect } from "./harness.mjs";
import { clean, enter, enterPin, inRoom, person, reason, sees, somebody, stack, start } from "./people.mjs";

const MINUTE = 60;
const DAY = 24 * 60 * 60;

describe("every page that keeps somebody out", () => {
  let agent;
  let customer;

  before(async () => {
    await stack.configure({ authentication: { method: "pin" } });
    agent = await person();
    await agent.signIn(stack.agent);
    customer = await person({ width: 390 });
  });

  test("r6 an unknown link: access denied, without detail", async () => {
    const answer = await customer.page.goto("/s/abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz0123");
    assert.equal(answer.status(), 403);
    assert.equal(await reason(customer.page), "unknown");
    await inspect(customer.page, "access-denied-unknown");
  });

  test("r6 cookies off", async () => {
    const dee = somebody("Dee");
    await start(agent, { ...dee, pin: "1234" });
    await customer.page.goto(stack.linkIn(await stack.messageTo(dee.email)));
    await customer.context.clearCookies();
    await customer.page.locator("form[action$='/continue'] button").click();
    assert.equal(await reason(customer.page), "cookies");
    await inspect(customer.page, "access-denied-cookies");
  });

  test("r7 five wrong PINs lock, the agent sees it, and the right one works after the time", async () => {
    const eve = somebody("Eve");
    await start(agent, { ...eve, pin: "2468" });
    const link = stack.linkIn(await stack.messageTo(eve.email));
    await enter(customer, link);
    for (let tries = 0; tries < 5; tries += 1) await enterPin(customer, "1111");
    assert.equal(await reason(customer.page), "locked");
    await inspect(customer.page, "access-denied-locked");
    await sees(agent, "locked");
    await inspect(agent.page, "agent-room-locked");
    await stack.advance(15 * MINUTE + 1);
    await enter(customer, link);
    await enterPin(customer, "2468");
    await inRoom(customer);
  });

  test("r5 an expired link offers a new one, which arrives and works", async () => {
    const flo = somebody("Flo");
    await start(agent, { ...flo, pin: "1357" });
    const link = stack.linkIn(await stack.messageTo(flo.email));
    await stack.advance(7 * DAY + 1);
    const answer = await customer.page.goto(link);
    assert.equal(answer.status(), 410);
    assert.equal(await reason(customer.page), "link-expired");
    await inspect(customer.page, "link-expired");
    const seen = (await stack.outbox()).filter((item) => item.to.includes(flo.email)).length;
    await customer.page.locator("form[action$='/new-link'] button").click();
    const again = stack.linkIn(await stack.messageTo(flo.email, seen));
    await inspect(customer.page, "link-sent");
    assert.notEqual(again, link);
    await enter(customer, again);
    await enterPin(customer, "1357");
    await inRoom(customer);
  });

  test("r15 an agent who signed out elsewhere gets Session closed", async () => {
    const second = await person();
    await second.signIn(stack.agent2);
    await start(second, { ...somebody("Gus"), pin: "9753" });
    const elsewhere = await second.context.newPage();
    await elsewhere.goto("/console");
    await elsewhere.locator("form[action='/logout']").evaluate((form) => form.submit());
    await elsewhere.waitForURL("**/login**");
    await elsewhere.close();
    // Whether the room heard of it by itself already, or hears of it by what is tried now.
    await second.page.locator("details.menu form[data-operation=links]").evaluate((form) => form.requestSubmit());
    await second.page.locator("dialog#closed[open]").getByText("You were signed out").waitFor();
    await inspect(second.page, "session-closed");
    await second.page.reload();
    await second.page.waitForURL("**/login**");
    await inspect(second.page, "login-signed-out");
  });

  test("r15 maintenance: service down, for the customer and the agent", async () => {
    await stack.configure({
      service: { maintenance: true, message: "We are back at 14:00.", status_url: "https://status.example.net/" },
    });
    const hal = await person({ width: 390 });
    const answer = await hal.page.goto("/s/abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz0123");
    assert.equal(answer.status(), 503);
    assert.equal(await reason(hal.page), "service-down");
    await inspect(hal.page, "service-down");
    await stack.configure({ service: { maintenance: false, message: null, status_url: null } });
  });

  test("nothing on the way broke a page", clean);
});
