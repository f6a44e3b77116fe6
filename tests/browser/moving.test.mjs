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

  test("r21 by a finger on a telephone, and the list scrolls while it is held at the edge", async () => {
    const id = agent.page.url().split("/").at(-1);
    for (let n = 1; n <= 7; n += 1) {
      const request = { kind: "request", what: `Payslip ${n}`, send: true };
      await stack.api("POST", `/v1/sessions/${id}/interactions`, request);
    }
    await until("all are there", async () => (await titles(second)).length === 10);
    const [first] = await titles(second);
    const { page } = second;
    const touch = await page.context().newCDPSession(page);
    const fingers = (type, points) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    const drag = handle(second, first);
    await drag.scrollIntoViewIfNeeded();
    const box = page.locator(".work-list").first();
    // How far what scrolls around the list is scrolled, and how far it could be.
    const scrolled = () =>
      box.evaluate((list) => {
        let around = list;
        while (
          around &&
          !(around.scrollHeight > around.clientHeight && /auto|scroll/.test(getComputedStyle(around).overflowY))
        )
          around = around.parentElement;
        const own = around ?? document.scrollingElement;
        return { top: own.scrollTop, most: own.scrollHeight - own.clientHeight };
      });
    const before = await scrolled();
    assert.ok(before.most > 200, `the list is longer than the screen: ${JSON.stringify(before)}`);
    const { x, y, width, height } = await drag.boundingBox();
    const at = (down) => [{ x: x + width / 2, y: y + height / 2 + down }];
    const edge = page.viewportSize().height - 12 - (y + height / 2);
    await fingers("touchStart", at(0));
    for (let step = 1; step <= 10; step += 1) await fingers("touchMove", at((edge * step) / 10));
    // It scrolls until the last place is in sight, and no further: the list does not grow with what is pulled out of it.
    let last = before.top;
    await until("the list stands still", async () => {
      const { top } = await scrolled();
      const stands = top === last && top > before.top + 100;
      last = top;
      return stands;
    });
    assert.equal((await scrolled()).most, before.most);
    await inspect(page, "room-move-finger", { widths: [390] });
    await fingers("touchEnd", []);
    await until("it stands last", async () => (await titles(second)).at(-1) === first);
    await until("everybody sees it", async () => {
      const seen = await Promise.all([titles(agent), shown(customer)]);
      return seen.every((list) => list.at(-1) === first && list.length === 10);
    });
    // A tap is no drag: it opens what the handle offers, and moves nothing.
    await handle(second, first).tap();
    await row(second, first).getByRole("button", { name: "Move up" }).waitFor();
    assert.equal((await titles(second)).at(-1), first);
    await touch.detach();
  });

  test("r21 without a script, by the form of a row", async () => {
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.agent);
    await plain.page.goto(agent.page.url());
    const order = await titles(plain);
    const [, moved] = order;
    await handle(plain, moved).click();
    await inspect(plain.page, "room-move-unscripted", { widths: [1280], scripted: false });
    await row(plain, moved).getByRole("button", { name: "Move up" }).click();
    await plain.page.waitForURL(/\/console\/s\//);
    assert.deepEqual(await titles(plain), [moved, order[0], ...order.slice(2)]);
    await row(plain, moved).getByText(moved, { exact: true }).first().waitFor();
    await until("the others see it", async () => (await titles(agent))[0] === moved);
    clean(plain);
  });

  test("nothing went wrong on the way", () => clean(agent, second, customer));
});
