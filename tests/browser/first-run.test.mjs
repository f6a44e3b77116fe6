// A new installation, as a new admin meets it: from the printed setup link, by clicks alone, to a second team with its own PIN
// policy, texts and end of session, and to a session with oneself that is joined.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, loadedAgain, Person, Stack, until } from "./harness.mjs";

const EMAIL = "omar.haddad@example.com";
const PIN = "4711";

/** Looks at a page on a phone and at a desk, light and dark. */
async function look(page, name) {
  await inspect(page, name, { widths: [390, 1280] });
  await page.emulateMedia({ colorScheme: "dark" });
  await inspect(page, `${name}-dark`, { widths: [390, 1280] });
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

describe("a first run", () => {
  let stack;
  let browser;
  let omar;
  let phone;
  let page;

  before(async () => {
    stack = await Stack.start({ demo: false });
    browser = await launch();
    omar = await Person.at(browser, stack);
    page = omar.page;
  });

  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const step = (id) => page.locator(`li#${id}`);
  const toSteps = () => page.getByRole("link", { name: "First steps" }).click();
  const done = async (id) => {
    await step(id).locator(".first-mark-done").waitFor();
  };

  test("the setup link signs in, and leads to what is left to do", async () => {
    await page.goto(new URL(stack.setup_url).pathname);
    await page.getByLabel("Your name").fill("Omar Haddad");
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.locator("#password").fill("plinth otter marmalade");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL("**/admin/start");
    await page.getByRole("heading", { name: "First steps" }).waitFor();
    await page.getByText("1 of 5 done").waitFor();
    // On one machine nothing is sent, and it is said where it is read.
    await done("channels");
    assert.equal(
      await step("channels").getByRole("link", { name: "Open the outbox" }).getAttribute("href"),
      stack.outbox_url,
    );
    await look(page, "first-steps-empty");
  });

  test("the company is named", async () => {
    await step("company").getByRole("link", { name: "Name and colour" }).click();
    await page.locator("[id='branding.name']").fill("Lantern Mutual");
    await page.locator("[id='branding.accent']").fill("#1f5f4a");
    await page.locator(".settings-bar button", { hasText: "Save settings" }).click();
    await page.waitForURL("**saved=1**");
    await toSteps();
    await done("company");
    await page.getByText("Customers see the name Lantern Mutual.").waitFor();
  });

  test("a second team gets its own PIN policy, texts and end of session", async () => {
    await step("team").getByRole("link", { name: "Open the teams" }).click();
    await page.locator("#new-name").fill("Claims");
    await page.getByRole("button", { name: "Make a team" }).click();
    await page.getByText("The team is made.").waitFor();
    await toSteps();
    await done("team");
    await step("team").getByRole("link", { name: "Settings of Claims" }).click();
    await page.locator("[id='authentication.method']").selectOption("pin");
    await page.locator("[id='authentication.max_attempts']").fill("3");
    await page.locator("[id='authentication.opening_page.title']").fill("About your claim");
    await page.locator("[id='authentication.opening_page.hint']").fill("The PIN is the one that we told you.");
    await page.locator("[id='end.customer_access.level']").selectOption("full_timed");
    await page.locator("[id='end.customer_access.minutes.amount']").fill("2");
    await page.locator("[name='end.customer_access.minutes.unit']").selectOption("hours");
    await page.locator(".settings-bar button", { hasText: "Save settings" }).click();
    await page.waitForURL("**saved=1**");
    assert.equal(await page.locator("[id='authentication.max_attempts']").inputValue(), "3");
    await look(page, "first-team-settings");
  });

  test("the first agent is invited by mail", async () => {
    await toSteps();
    await step("agent").getByRole("link", { name: "Invite an agent" }).click();
    await page.getByLabel("Full name").fill("Tom Reed");
    await page.getByLabel("E-mail address").fill("tom.reed@example.org");
    await page.getByLabel("Home team").selectOption({ label: "Claims" });
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await page.getByText("The invitation is on its way.").waitFor();
    assert.match((await stack.messageTo("tom.reed@example.org")).text, /\/invitation\//);
    await toSteps();
    await done("agent");
    await step("agent").getByText("Invited").waitFor();
  });

  test("a session with oneself is started under the new team’s settings and joined", async () => {
    await step("test").getByRole("link", { name: "Start a test session" }).click();
    const form = page.locator("form[data-new]:visible");
    assert.equal(await form.locator("[name=name]").inputValue(), "Omar Haddad");
    assert.equal(await form.locator("[name=email]").inputValue(), EMAIL);
    await look(page, "first-session");
    assert.equal(await form.locator("[name=team] option:checked").textContent(), "Claims");
    await form.locator("[name=pin]").fill(PIN);
    await form.locator("button[name=mode][value=start]").click();
    await page.waitForURL(/\/console\/s\/[a-z0-9]+$/);

    // The mail came; here the link is made in another tab and opened on another device.
    await stack.messageTo(EMAIL);
    await page.goto("/admin/start");
    const opened = page.context().waitForEvent("page");
    await step("test").getByRole("button", { name: "Make a link in a new tab" }).click();
    const tab = await opened;
    const link = await tab.locator("#link-url").inputValue();
    phone = await Person.at(browser, stack, { width: 390 });
    await phone.page.goto(link);
    await phone.page.getByRole("heading", { name: "About your claim" }).waitFor();
    await phone.page.getByText("The PIN is the one that we told you.").waitFor();
    await phone.page.locator("form[action$='/continue'] button").click();
    await phone.page.locator("[name=code]").fill(PIN);
    await phone.page.locator("form[action$='/pin'] button").click();
    await phone.page.waitForURL(/\/r\/[a-z0-9]+$/);
    await phone.page.getByText("Lantern Mutual").first().waitFor();

    await until("the steps to be done", async () => {
      if (!(await loadedAgain(page))) return false;
      return (await page.getByText("5 of 5 done").count()) > 0;
    });
    await page.getByText("Everything is set up.").waitFor();
    await look(page, "first-steps-done");
  });

  test("the end is the team’s plan, and the steps are put away", async () => {
    await step("test").getByRole("link", { name: "Open your room" }).click();
    await page.locator("[data-opens=end]").click();
    await page.locator("#end form button[type=submit]").click();
    await page.locator(".toast-count").waitFor({ state: "detached", timeout: 15_000 });
    // Full access for two hours: the customer is in still.
    await phone.page.reload();
    await phone.page.locator("#room").waitFor();
    await page.goto("/admin/start");
    await page.getByRole("button", { name: "Put these steps away" }).click();
    await page.waitForURL("**/console");
    await page.goto("/admin/settings");
    assert.equal(await page.getByRole("link", { name: "First steps" }).count(), 0);
  });
});
