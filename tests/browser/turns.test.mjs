// R22: first the customer, then a participant. Three windows: an agent at a desk, and two people on telephones.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, enter, inRoom, part, person, somebody, stack, start } from "./people.mjs";

/** Asks somebody for the answer to one question. */
async function ask(agent, title, who) {
  await agent.page.locator("[data-opens=add-work]").click();
  const dialog = agent.page.locator("#add-work");
  await dialog.locator("[name=title]").fill(title);
  await dialog.locator("[name=assignee]").selectOption({ label: who.name });
  await dialog.locator("[data-part-of=title]").first().fill("About you");
  await dialog.locator("[data-part-of=label]").first().fill("What do you do?");
  await dialog.getByRole("button", { name: "Send now" }).click();
  await part(agent, "content").getByText(title, { exact: true }).waitFor();
}

describe("one after another", () => {
  const mara = somebody("Mara");
  const ada = somebody("Ada");
  let session;
  let agent;
  let customer;
  let participant;

  before(async () => {
    await stack.configure({ authentication: { method: "none" } });
    agent = await person();
    customer = await person({ width: 390 });
    participant = await person({ width: 390 });
    await agent.signIn(stack.agent);
    session = await start(agent, mara);
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
    await agent.page.locator("[data-opens=add-person]").click();
    const dialog = agent.page.locator("#add-person");
    await dialog.locator("[name=name]").fill(ada.name);
    await dialog.locator("[name=email]").fill(ada.email);
    await dialog.locator("[name=order]").selectOption("2");
    await dialog.locator("button[type=submit]").click();
    await part(agent, "people").getByText(ada.name).waitFor();
    await enter(participant, stack.linkIn(await stack.messageTo(ada.email)));
    await inRoom(participant);
    await ask(agent, "The loan", mara);
    await ask(agent, "The guarantee", ada);
  });

  test("r22 whoever comes later sees what is theirs, locked, and why", async () => {
    const card = participant.page.locator(".work[data-waits]", { hasText: "The guarantee" });
    await card.getByText("Comes after Mara").waitFor();
    await inspect(participant.page, "room-waits", { widths: [390, 1280] });
    await part(agent, "content").getByText(`Whose turn it is now: ${mara.name}`).waitFor();
    await inspect(agent.page, "agent-room-turns", { widths: [390, 1280] });
    await card.click();
    await participant.page.getByText("Not your turn yet").waitFor();
    await participant.page.getByText("This page opens by itself then.").waitFor();
    assert.equal(await participant.page.locator(".runner-form").count(), 0);
    await inspect(participant.page, "work-waits", { widths: [390, 1280] });
  });

  test("r22 the page opens by itself when the turn comes", async () => {
    await customer.page.getByText("The loan").click();
    await customer.page.locator(".runner-form textarea, .runner-form input[type=text]").first().fill("Gardener");
    await customer.page.locator("button[value=next]").click();
    await customer.page.locator("form[action*='/complete'] button").first().click();
    await customer.page.getByText("Sent. Thank you").waitFor();
    await participant.page.locator(".runner-form").waitFor();
    await part(agent, "content").getByText(`Whose turn it is now: ${ada.name}`).waitFor();
  });

  test("r22 what was typed is kept when others come first again, and the turn comes back", async () => {
    const field = participant.page.locator(".runner-form textarea, .runner-form input[type=text]").first();
    await field.fill("Baker");
    await ask(agent, "One more thing", mara);
    await participant.page.getByText("Not your turn yet").waitFor();
    await participant.page.getByText("Baker").first().waitFor();
    const item = agent.page.locator("[data-work]", { hasText: "One more thing" });
    await item.locator("form[data-operation$='/withdraw'] button").click();
    await until("the page opens again", async () => (await participant.page.locator(".runner-form").count()) === 1);
  });

  test("r22 the agent sets the order in the room", async () => {
    const row = part(agent, "people").locator(".person", { hasText: ada.name });
    await row.locator("select[name=order]").selectOption("1");
    // The list is another before it is sent.
    const eve = somebody("Eve");
    await stack.api("POST", `/v1/sessions/${session}/participants`, { name: eve.name, email: eve.email });
    await part(agent, "people").getByText(eve.name).waitFor();
    assert.equal(await row.locator("select[name=order]").inputValue(), "1");
    await row.locator(".person-order button").click();
    await until(
      "nobody comes after anybody",
      async () => (await part(agent, "content").locator(".work-turn").count()) === 0,
    );
    await agent.page.locator("#stream").getByText("changed the order").waitFor();
  });

  test("nothing went wrong on the way", () => clean(agent, customer, participant));
});
