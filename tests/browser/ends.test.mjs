// How a session ends by itself, and what its end leaves of a room that is open.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, endSession, enter, inRoom, person, shows, somebody, stack, start } from "./people.mjs";

const MINUTE = 60;

describe("the ends of a session", () => {
  const access = { level: "none", minutes: null, then_limited_minutes: null, chat: false };
  before(() =>
    stack.configure({ authentication: { method: "none" }, end: { inactivity_minutes: 10, customer_access: access } }),
  );

  test("r3 an agent who does nothing is warned, can keep it open, and then the session ends", async () => {
    const agent = await person();
    const customer = await person({ width: 390 });
    await agent.signIn(stack.agent);
    const bo = somebody("Bo");
    const sid = await start(agent, bo);
    await enter(customer, stack.linkIn(await stack.messageTo(bo.email)));
    await inRoom(customer);
    await stack.advance(8 * MINUTE + 30);
    await agent.page.reload();
    await agent.page.locator("#inactivity").waitFor();
    await inspect(agent.page, "agent-room-inactivity");
    await agent.page.locator("#inactivity").getByRole("button").click();
    await agent.page.locator("#inactivity").waitFor({ state: "hidden" });
    await stack.advance(5 * MINUTE);
    assert.equal((await stack.api("GET", `/v1/sessions/${sid}`)).state, "active");
    // Presence is a lease that pings renew; they do not hear of a clock that jumps, a new connection does.
    await agent.page.reload();
    await customer.page.reload();
    await shows(agent, "Online, incomplete");
    await stack.advance(5 * MINUTE + 1);
    const ended = await until("the end", async () => {
      const session = await stack.api("GET", `/v1/sessions/${sid}`);
      return session.state === "ended" && session;
    });
    assert.equal(ended.ended_by, "inactivity");
    await agent.page.locator("#room[data-state=ended]").waitFor();
    await customer.page.locator("meta[name='parlor:reason'][content='session-expired']").waitFor({ state: "attached" });
    clean();
  });

  test("r2 without access after the end the customer's open room closes", async () => {
    const agent = await person();
    const customer = await person({ width: 390 });
    await agent.signIn(stack.agent);
    const cy = somebody("Cy");
    await start(agent, cy);
    const link = stack.linkIn(await stack.messageTo(cy.email));
    await enter(customer, link);
    await inRoom(customer);
    await shows(agent, "Online, incomplete");
    await endSession(agent);
    await customer.page.locator("meta[name='parlor:reason'][content='session-expired']").waitFor({ state: "attached" });
    clean();
  });
});
