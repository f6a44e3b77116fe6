// R22 in three windows: an agent at a desk, a customer on a phone, and a participant on another.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, enterPin, inRoom, part, person, say, sees, somebody, stack, start } from "./people.mjs";

describe("a customer and a participant with the agent", () => {
  const mara = somebody("Mara");
  const ada = somebody("Ada");
  let agent;
  let customer;
  let participant;
  let link;

  before(async () => {
    await stack.configure({ authentication: { method: "none" } });
    agent = await person();
    customer = await person({ width: 390 });
    participant = await person({ width: 390 });
    await agent.signIn(stack.agent);
    await start(agent, mara);
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
  });

  test("r22 the agent adds somebody, who gets a link of their own", async () => {
    await agent.page.locator("[data-opens=add-person]").click();
    const dialog = agent.page.locator("#add-person");
    await dialog.locator("[name=name]").fill(ada.name);
    await dialog.locator("[name=email]").fill(ada.email);
    await inspect(agent.page, "agent-room-add-person", { widths: [390, 1280] });
    await dialog.locator("button[type=submit]").click();
    await part(agent, "people").getByText(ada.name).waitFor();
    link = stack.linkIn(await stack.messageTo(ada.email));
  });

  test("r22 who enters is seen to be here", async () => {
    await enter(participant, link);
    await inRoom(participant);
    await until("they are online", async () => (await part(agent, "people").textContent()).includes("Online"));
    // The customer's browser is the customer's.
    const answer = await customer.page.request.get(link);
    assert.equal(answer.status(), 403);
  });

  test("r22 what is for somebody is seen by them alone, and can be given to another", async () => {
    await agent.page.locator("[data-opens=add-request]").click();
    const dialog = agent.page.locator("#add-request");
    await dialog.locator("[name=what]").fill("Photo of your ID card");
    await dialog.locator("[name=assignee]").selectOption({ label: ada.name });
    await dialog.locator("button[value=true]").click();
    await participant.page.getByText("Photo of your ID card").waitFor();
    assert.equal(await customer.page.getByText("Photo of your ID card").count(), 0);
    await inspect(agent.page, "agent-room-people", { widths: [390, 1280] });
    await inspect(participant.page, "participant-room", { widths: [390, 1280] });

    const assign = agent.page.locator(".work-assign");
    await assign.locator("select").selectOption({ label: mara.name });
    await assign.locator("button").click();
    await customer.page.getByText("Photo of your ID card").waitFor();
    await until(
      "it left the other's room",
      async () => (await participant.page.getByText("Photo of your ID card").count()) === 0,
    );
  });

  test("r22 the chat is everybody's, and says who wrote", async () => {
    await say(agent, "Good morning, both of you");
    await sees(customer, "Good morning, both of you");
    await sees(participant, "Good morning, both of you");
    await say(participant, "Ada here");
    await sees(agent, "Ada here");
    await sees(customer, "Ada here");
    const theirs = customer.page.locator(".message", { hasText: "Ada here" });
    assert.match(await theirs.getAttribute("class"), /^message$/);
    assert.match(await theirs.textContent(), new RegExp(ada.name.split(" ")[0]));
    const own = participant.page.locator(".message", { hasText: "Ada here" });
    assert.match(await own.getAttribute("class"), /mine/);
    await inspect(customer.page, "customer-room-two-people", { widths: [390, 1280] });
  });

  test("r22 a message takes no other's place, whatever its writer calls it", async () => {
    const said = participant.page.locator(".message", { hasText: "Good morning, both of you" });
    const taken = await said.getAttribute("data-id");
    await participant.page.evaluate(async (id) => {
      const body = new URLSearchParams({ id, text: "Good night" });
      await fetch(`${location.pathname}/messages`, { method: "POST", body, headers: { accept: "application/json" } });
    }, taken);
    await sees(customer, "Good night");
    await sees(customer, "Good morning, both of you");
    await sees(participant, "Good morning, both of you");
  });

  test("r22 who is removed is out at once", async () => {
    const row = agent.page.locator(".person").first();
    await row.locator(".person-remove summary").click();
    await row.locator(".person-remove button").click();
    await participant.page.locator('meta[name="parlor:reason"]').waitFor({ state: "attached" });
    await until("the list is empty", async () => (await agent.page.locator(".person").count()) === 0);
    await sees(customer, "Good morning, both of you");
  });

  test("nothing went wrong on the way", () => clean(agent, customer));
});

describe("r7 r22 a participant with a PIN", () => {
  const mara = somebody("Mara");
  const ada = somebody("Ada");
  let agent;
  let participant;

  const add = async ({ name, email, pin }) => {
    await agent.page.locator("[data-opens=add-person]").click();
    const dialog = agent.page.locator("#add-person");
    await dialog.locator("[name=name]").fill(name);
    await dialog.locator("[name=email]").fill(email);
    await dialog.locator("[name=pin]").fill(pin);
    await dialog.locator("button[type=submit]").click();
    await dialog.waitFor({ state: "hidden" });
  };

  before(async () => {
    await stack.configure({ authentication: { method: "pin", max_attempts: 2 } });
    [agent, participant] = [await person(), await person({ width: 390 })];
    await agent.signIn(stack.agent);
    await start(agent, { ...mara, pin: "482913" });
    await add({ ...ada, pin: "918273" });
  });

  test("the owner sees theirs beside their name, and not before it is asked for", async () => {
    const own = agent.page.locator(".person", { hasText: "Ada Quist" });
    await own.waitFor();
    assert.ok(!(await agent.page.content()).includes("918273"));
    await own.getByRole("link", { name: "Show PIN" }).click();
    await until("their PIN", async () => (await own.locator("output").textContent()).replace(/\D/g, "") === "918273");
    await inspect(agent.page, "participants-pin", { widths: [390, 1280] });
  });

  test("locked after wrong tries, the room says so, and a reset lets them in", async () => {
    await enter(participant, stack.linkIn(await stack.messageTo(ada.email)));
    for (const typed of ["0000", "1111"]) await enterPin(participant, typed);
    const own = agent.page.locator(".person", { hasText: "Ada Quist" });
    await own.getByText("The PIN was wrong too often").waitFor({ timeout: SOON });
    await agent.page.locator("#stream").getByText("A wrong PIN was entered (Ada)").first().waitFor();
    await inspect(agent.page, "participants-locked", { widths: [390, 1280] });
    await own.getByRole("button", { name: "Reset PIN tries" }).click();
    await own.getByText("The PIN was wrong too often").waitFor({ state: "detached", timeout: SOON });
    await enter(participant, stack.linkIn(await stack.messageTo(ada.email)));
    await enterPin(participant, "918273");
    await inRoom(participant);
  });

  test("r23 whom a message did not reach is named, and sent it again from there", async () => {
    await add({ name: "Bo Lind", email: "bo.lind@bounce.example", pin: "4711" });
    const line = agent.page.locator("#stream li", { hasText: "could not be delivered" }).first();
    await line.getByText("(Bo)").waitFor({ timeout: SOON });
    await inspect(agent.page, "participants-undelivered", { widths: [390, 1280] });
    await line.getByRole("button").click();
    const lines = agent.page.locator("#stream li", { hasText: "could not be delivered" });
    await until("it was tried again", async () => (await lines.count()) === 2);
  });

  test("nothing went wrong on the way", () => clean(agent, participant));
});
