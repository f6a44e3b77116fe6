// The board of a team (R20): what is running, for a supervisor, kept up with and ended or taken over from there.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, say, somebody, stack } from "./people.mjs";

const row = ({ page }, { id }) => page.locator(`#board [data-row="${id}"]`);

async function session(first, mode = "start") {
  const customer = somebody(first);
  const { id } = await stack.api("POST", "/v1/sessions", { customer, mode });
  return { id, ...customer };
}

describe("the board", () => {
  let sam;
  let mara;
  let tom;
  let phone;

  before(async () => {
    mara = await session("Mara");
    tom = await session("Tom", "plan");
    sam = await person();
    await sam.signIn(stack.supervisor);
    await sam.page.locator("summary", { hasText: "Sam" }).click();
    await sam.page.getByRole("link", { name: "Team board" }).click();
    await sam.page.waitForURL("**/console/team*");
  });

  test("r20 a supervisor sees what colleagues have running, and who comes in", async () => {
    await row(sam, mara).getByText("Invited").waitFor();
    await row(sam, tom).getByText("Planned").waitFor();
    await sam.page.mouse.move(1, 1);
    phone = await person({ width: 390 });
    await enter(phone, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(phone);
    await row(sam, mara)
      .locator("[data-indicator=online_incomplete]")
      .waitFor({ timeout: 3 * SOON });
    await inspect(sam.page, "board");
    await sam.page.emulateMedia({ colorScheme: "dark" });
    await inspect(sam.page, "board-dark", { widths: [1280] });
    await sam.page.emulateMedia({ colorScheme: "light" });
  });

  test("r20 a filter is an address, which a reload keeps", async () => {
    await sam.page.getByRole("link", { name: "Planned", exact: true }).click();
    await sam.page.waitForURL("**state=planned*");
    assert.equal(await row(sam, mara).count(), 0);
    await sam.page.reload();
    await row(sam, tom).waitFor();
    await sam.page.getByRole("link", { name: "All", exact: true }).click();
    await row(sam, mara).waitFor();
  });

  test("several are ended at once, after a question", async () => {
    for (const one of [mara, tom]) await row(sam, one).getByRole("checkbox").check();
    await sam.page
      .getByRole("button", { name: /End selected/ })
      .first()
      .click();
    await sam.page.locator("#end-selected button[type=submit]").click();
    await until("both are gone", async () => (await row(sam, mara).count()) + (await row(sam, tom).count()) === 0);
    const { state } = await stack.api("GET", `/v1/sessions/${mara.id}`);
    assert.equal(state, "ended");
  });

  test("r21 an address in a message is a link for both", async () => {
    const ola = await session("Ola");
    const nina = await person();
    await nina.signIn(stack.agent);
    await nina.page.goto(`/console/s/${ola.id}`);
    const customer = await person({ width: 390 });
    await enter(customer, stack.linkIn(await stack.messageTo(ola.email)));
    await inRoom(customer);
    await say(nina, "The form is at https://example.com/form?a=1. Thank you");
    for (const { page } of [nina, customer]) {
      const link = page.locator("a[href='https://example.com/form?a=1']");
      await link.waitFor({ state: "attached" });
      assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
      await page.reload();
      await link.waitFor({ state: "attached" });
    }
  });

  test("every page kept to the rules", clean);
});
