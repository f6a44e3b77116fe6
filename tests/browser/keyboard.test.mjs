// The whole day by keys alone: an agent and a supervisor who never touch a pointer, and a customer on a phone.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, say, sees, somebody, stack } from "./people.mjs";

// More tab stops than any page has.
const STOPS = 150;

/** What has the focus now. */
const focused = (page) => page.evaluateHandle(() => document.activeElement);

/** Whether the focus is on what `locator` finds, and can be seen there. */
async function isAt(page, locator) {
  const handle = await focused(page);
  for (const element of await locator.elementHandles())
    if (await element.evaluate((one, other) => one === other, handle)) return true;
  return false;
}

/** Goes on with Tab until `locator` has the focus: it can be reached, and the focus gets lost nowhere on the way. */
async function tabTo(page, locator, key = "Tab") {
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await isAt(page, locator)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`no way by ${key} to ${locator}`);
}

async function press(page, locator, key = "Enter") {
  await locator.first().waitFor();
  await tabTo(page, locator);
  await page.keyboard.press(key);
}

/** Finds it in the palette. */
async function find(page, text, row) {
  await page.keyboard.press("Control+k");
  await page.keyboard.insertText(text);
  await page.locator("#palette-found [aria-selected=true]").filter({ hasText: row }).waitFor();
  await page.keyboard.press("Enter");
}

describe("a day by keys alone", () => {
  const mara = somebody("Mara");
  let nina;
  let sam;
  let customer;
  let room;

  async function signIn(who, { email, password }) {
    const { page } = who;
    await page.goto("/login");
    await tabTo(page, page.locator("input[type=email]"));
    await page.keyboard.insertText(email);
    await tabTo(page, page.locator("input[type=password]"));
    await page.keyboard.insertText(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/console**");
  }

  before(async () => {
    await stack.configure({ authentication: { method: "pin" } });
    [nina, sam] = [await person(), await person()];
    customer = await person({ width: 390 });
    for (const { page } of [nina, sam]) {
      const never = () => assert.fail("by keys alone");
      for (const way of ["click", "move", "down", "wheel"]) page.mouse[way] = never;
    }
    await signIn(nina, stack.agent);
    await signIn(sam, stack.supervisor);
  });

  test("r1 starts a session, with a PIN that is suggested", async () => {
    const { page } = nina;
    await page.keyboard.press("n");
    await page.locator("#new-session[open]").waitFor();
    await tabTo(page, page.locator("#new-session [name=name]"));
    await page.keyboard.insertText(mara.name);
    await tabTo(page, page.locator("#new-session [name=channel]"));
    await page.keyboard.press("ArrowLeft");
    await tabTo(page, page.locator("#new-session [name=email], #new-session [name=phone]"));
    if (!(await isAt(page, page.locator("#new-session [name=email]")))) {
      await tabTo(page, page.locator("#new-session [name=channel]"), "Shift+Tab");
      await page.keyboard.press("ArrowRight");
      await tabTo(page, page.locator("#new-session [name=email]"));
    }
    await page.keyboard.insertText(mara.email);
    await press(page, page.locator("#new-session [data-do=suggest-pin]"), "Space");
    const pin = await page.locator("#new-session [name=pin]").inputValue();
    await press(page, page.locator("#new-session button[value=start]"));
    await page.waitForURL(/\/console\/s\/[a-z0-9]+$/);
    room = page.url();
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await customer.page.locator("[name=code]").fill(pin);
    await customer.page.locator("form[action$='/pin'] button").click();
    await inRoom(customer);
  });

  test("r21 talks to the customer", async () => {
    const { page } = nina;
    await tabTo(page, page.locator("#text"));
    await page.keyboard.insertText("Good morning, Mara");
    await page.keyboard.press("Enter");
    await sees(customer, "Good morning, Mara");
    await say(customer, "Good morning");
    await sees(nina, "Good morning");
    assert.ok(await isAt(page, page.locator("#text")), "what arrives leaves the focus where it is");
  });

  test("r6 looks at the link and releases the device", async () => {
    const { page } = nina;
    await find(page, "release", "Release device");
    const sheet = page.locator("dialog[open]");
    await sheet.waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    // Where one was before: not at the top of the page.
    assert.notEqual(await (await focused(page)).evaluate((one) => one.tagName), "BODY");
  });

  test("r20 goes home, finds the session by a search and by the rows", async () => {
    const { page } = nina;
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/console");
    await page.keyboard.press("/");
    await page.keyboard.insertText("qui");
    await page.locator(".pane .session-row mark").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(room);
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/console");
    await page.locator(".session-row").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(room);
  });

  test("r9 a supervisor asks for it from the board, and gets it", async () => {
    const { page } = sam;
    await find(page, "board", "Team board");
    await page.waitForURL("**/console/team*");
    await press(page, page.locator(".board-row a", { hasText: mara.name }));
    await page.waitForURL(room);
    await tabTo(page, page.locator("#transfer-reason"));
    await page.keyboard.insertText("I know this case");
    await press(page, page.locator("form[data-operation=transfer] button"));
    const approve = nina.page.locator("#transfer").getByRole("button", { name: "Approve" });
    await press(nina.page, approve);
    await nina.page.waitForURL("**/console");
    await page.locator("#text:not([readonly])").waitFor();
  });

  test("r1 ends it, takes that back, and ends it", async () => {
    const { page } = sam;
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("e");
    await press(page, page.locator("#end[open] form button[type=submit]"));
    const undo = page.locator(".toast").getByRole("button", { name: "Undo" });
    await press(page, undo);
    await until("there is nothing more to undo", async () => (await undo.count()) === 0);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("e");
    await press(page, page.locator("#end[open] form button[type=submit]"));
    await page.locator(".toast-count").waitFor({ state: "detached", timeout: SOON });
    await customer.page.locator("meta[name='parlor:reason']").waitFor({ state: "attached" });
  });

  test("r3 renews it", async () => {
    const { page } = sam;
    await page.goto(room);
    const renew = page.getByRole("button", { name: "Renew" });
    await press(page, renew);
    await page.locator("#text:not([readonly])").waitFor();
  });

  test("signs out", async () => {
    const { page } = sam;
    await find(page, "sign out", "Sign out");
    await page.waitForURL("**/login**");
  });

  test("nothing went wrong on the way", clean);
});
