// The palette finds a customer, an action and a setting, by keys alone.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect } from "./harness.mjs";
import { clean, person, stack, start } from "./people.mjs";

describe("the palette", () => {
  let nina;
  let ada;
  let session;

  const options = (page) => page.locator("#palette-found [role=option]");
  // The row that Enter means.
  const chosen = (page, text) =>
    page.locator("#palette-found [aria-selected=true]").filter({ hasText: text }).waitFor();

  before(async () => {
    nina = await person();
    await nina.signIn(stack.agent);
    session = await start(nina, { name: "Jorinde Sund", email: "jorinde@example.net" });
    await start(nina, { name: "Mara Quist", email: "mara@example.net" });
    ada = await person();
    await ada.signIn(stack.admin);
  });

  test("r20 opens on a page, lists what the page offers, and closes", async () => {
    const { page } = nina;
    await page.goto("/console");
    await page.keyboard.press("Control+k");
    await options(page).filter({ hasText: "New session" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "palette-field");
    await inspect(page, "palette", { widths: [390, 1280] });
    await page.keyboard.press("Escape");
    await page.locator("#palette").waitFor({ state: "hidden" });
  });

  test("r20 finds a customer by the start of a name, from another one's room", async () => {
    const { page } = nina;
    await page.locator("#text").or(page.locator(".session-row")).first().waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText("jor");
    await chosen(page, "Jorinde Sund");
    await inspect(page, "palette-customer", { widths: [390, 1280] });
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/console/s/${session}`);
  });

  test("does what the room offers, from the field where one writes", async () => {
    const { page } = nina;
    await page.locator("#text").focus();
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText("end ses");
    await chosen(page, "End session");
    await page.keyboard.press("Enter");
    await page.locator("#end[open]").waitFor();
    await page.keyboard.press("Escape");
  });

  test("says so where nothing has that name", async () => {
    const { page } = nina;
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText("zzzz");
    await page.getByText("Nothing has that name").waitFor();
    assert.equal(await options(page).count(), 0);
    await page.keyboard.press("Escape");
  });

  test("r19 leads an admin to a setting, and from there to another page", async () => {
    const { page } = ada;
    await page.goto("/console");
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText("heading op");
    await chosen(page, "Heading of the opening page");
    await inspect(page, "palette-setting", { widths: [390, 1280] });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/admin/settings#row-*");
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText("people");
    await chosen(page, "People");
    await inspect(page, "palette-admin", { widths: [390, 1280] });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/admin/people");
  });

  test("nothing on the way broke a page", clean);
});
