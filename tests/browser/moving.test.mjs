// R21: what there is to do is moved in the list. An agent in two windows, and a customer on a telephone who is writing.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, enter, inRoom, part, person, somebody, stack, start } from "./people.mjs";

async function ask(agent, what) {
  await agent.page.locator("[data-opens=add-request]").click();
  const dialog = agent.page.locator("#add-request");
  await dialog.locator("[name=what]").fill(what);
  await dialog.getByRole("button", { name: "Send now" }).click();
  await part(agent, "content").getByText(what, { exact: true }).waitFor();
}

const titles = ({ page }) => page.locator(".work-list .work-item-title").allTextContents();
const shown = ({ page }) => page.locator("#now .work-title").allTextContents();
const row = ({ page }, title) => page.locator("[data-work]", { hasText: title });
const handle = (who, title) => row(who, title).locator("[data-do=drag]");
const focused = ({ page }) => page.evaluate(() => document.activeElement.closest("[data-work]")?.textContent ?? "");

describe("what there is to do is moved", () => {
  let agent;
  let second;
  let customer;

  const everywhere = (...order) =>
    until(`everybody sees ${order}`, async () => {
      const seen = await Promise.all([titles(agent), titles(second), shown(customer)]);
      return seen.every((list) => list.join() === order.join());
    });

  before(async () => {
    await stack.configure({ authentication: { method: "none" } });
    agent = await person();
    second = await person({ width: 390 });
    customer = await person({ width: 390 });
    await agent.signIn(stack.agent);
    const mara = somebody();
    await start(agent, mara);
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
    for (const what of ["Passport", "Income", "Rent"]) await ask(agent, what);
    await second.signIn(stack.agent);
    await second.page.goto(agent.page.url());
    await everywhere("Passport", "Income", "Rent");
    await second.page.locator("button.side-narrow").click();
    await handle(second, "Income").focus();
    await inspect(second.page, "room-move-narrow", { widths: [390] });
  });

  test("r21 by the buttons of a row's handle, for everybody, and nothing that is typed is lost", async () => {
    await customer.page.locator("#chat-open").click();
    await customer.page.locator("#text").fill("I am just looking for it");
    await handle(agent, "Rent").click();
    await inspect(agent.page, "room-move-menu", { widths: [1280] });
    assert.equal(await row(agent, "Rent").getByRole("button", { name: "Move down" }).count(), 0);
    await row(agent, "Rent").getByRole("button", { name: "Move up" }).click();
    await everywhere("Passport", "Rent", "Income");
    await until("the focus is on the row", async () => (await focused(agent)).includes("Rent"));
    assert.equal(await agent.page.locator("#moved").textContent(), "“Rent” is number 2 of 3 now.");
    assert.equal(await customer.page.locator("#text").inputValue(), "I am just looking for it");
    await agent.page.locator("#stream").getByText("You changed the order: Rent").waitFor();
  });

  test("r21 by keys, as often as they are pressed", async () => {
    await handle(agent, "Passport").focus();
    await agent.page.keyboard.press("Alt+ArrowDown");
    await agent.page.keyboard.press("Alt+ArrowDown");
    await agent.page.keyboard.press("Alt+ArrowDown");
    await everywhere("Rent", "Income", "Passport");
    assert.match(await focused(agent), /Passport/);
    await agent.page.keyboard.press("Alt+ArrowUp");
    await everywhere("Rent", "Passport", "Income");
    assert.match(await focused(agent), /Passport/);
  });

  test("r21 by dragging the handle", async () => {
    const { mouse } = agent.page;
    const middle = async (locator) => {
      const { x, y, width, height } = await locator.boundingBox();
      return [x + width / 2, y + height / 2];
    };
    await row(agent, "Income").hover();
    await mouse.move(...(await middle(handle(agent, "Income"))));
    await mouse.down();
    const [x, y] = await middle(row(agent, "Rent"));
    await mouse.move(x, y + 20, { steps: 6 });
    await mouse.move(x, y - 20, { steps: 6 });
    await inspect(agent.page, "room-move-drag", { widths: [1280] });
    await mouse.up();
    await everywhere("Income", "Rent", "Passport");
    assert.equal(await agent.page.locator("details.work-move[open]").count(), 0);
    assert.match(await focused(agent), /Income/);
  });

  test("r21 two who move at once both move", async () => {
    await Promise.all([
      handle(agent, "Income").press("Alt+ArrowDown"),
      handle(second, "Passport").press("Alt+ArrowUp"),
    ]);
    await until("both windows and the customer agree", async () => {
      const seen = await Promise.all([titles(agent), titles(second), shown(customer)]);
      return new Set(seen.map(String)).size === 1;
    });
    const moves = agent.page.locator("#stream").getByText("You changed the order");
    await until("both moves are told", async () => (await moves.count()) >= 6);
  });

  test("r21 what is refused is said, and the list is as it was", async () => {
    const order = await titles(agent);
    await agent.page.route("**/move", (route) =>
      route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" }),
    );
    await handle(agent, order[2]).press("Alt+ArrowUp");
    await until("the list is as it was", async () => (await titles(agent)).join() === order.join());
    await agent.page.unroute("**/move");
  });

  test("nothing went wrong on the way", () => clean(agent, second, customer));
});
