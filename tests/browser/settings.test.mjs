// The settings in the browser: what is typed is seen as customers would get it before anything is saved; a team's own values;
// two admins at once.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, person, stack } from "./people.mjs";

/** What the preview shows, once it shows `text`. */
const shows = (page, text) =>
  page.locator(".settings-preview-frame iframe:not([hidden])").last().contentFrame().getByText(text).first().waitFor();

const pick = async (page, name) => page.locator(".settings-preview .segments span", { hasText: name }).click();

const save = (page) => page.locator(".settings-bar button", { hasText: "Save settings" }).click();

describe("settings", () => {
  let ada;
  let team;

  before(async () => {
    ada = await person();
    await ada.signIn(stack.admin);
    team = stack.team ?? (await stack.api("GET", "/v1/teams")).items[0].id;
  });

  test("r19 what is typed is seen before it is saved, in each way that customers get it", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    const title = page.locator("[id='authentication.opening_page.title']");
    await title.fill("Your harbour loan");
    await shows(page, "Your harbour loan");
    await page.locator("[id='branding.name']").fill("Lantern Mutual");
    await page.locator("[id='branding.accent']").fill("#ffd400");
    await page.locator("[id='session.inactive_agent_message']").fill("Back at nine");
    await shows(page, "Lantern Mutual");
    await inspect(page, "admin-settings-preview", { widths: [1280] });
    await pick(page, "Room");
    await shows(page, "Back at nine");
    // Yellow takes dark text, and how well that can be read stands beside it.
    const note = page.locator("[id='note-branding.accent']");
    await until("the contrast of yellow", async () =>
      /dark text, with a contrast of 14\.\d to 1/.test(await note.textContent()),
    );
    await page.locator("[id='branding.sender_name']").fill("Lantern Claims");
    await page.locator("[id='branding.reply_to']").fill("claims@lantern.example");
    await pick(page, "Mail");
    await shows(page, "Lantern Mutual");
    await shows(page, "Lantern Claims");
    await shows(page, "claims@lantern.example");
    await inspect(page, "admin-settings-preview-mail", { widths: [1280] });
    await pick(page, "SMS");
    await shows(page, "of 160 characters");
    await page.locator("[name='preview.language']").selectOption("de");
    await shows(page, "von 160 Zeichen");
    await pick(page, "Opening");
    await shows(page, "Weiter");
    await shows(page, "Your harbour loan");
    await page.locator(".settings-languages summary", { hasText: "Deutsch" }).click();
    await page.locator("[id='authentication.opening_page.by_language.de.title']").fill("Ihr Hafendarlehen");
    await shows(page, "Ihr Hafendarlehen");
    await inspect(page, "admin-settings-branding", { widths: [390, 1280] });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.locator("[id='authentication.opening_page.by_language.de.title']").fill("");
    await shows(page, "Your harbour loan");
    const saved = await stack.api("GET", "/v1/settings");
    assert.equal(saved.authentication.opening_page.title, null);
    assert.notEqual(saved.branding.name, "Lantern Mutual");
  });

  test("r19 what cannot be used is said beside its field, and the preview stays as it was", async () => {
    const { page } = ada;
    const accent = page.locator("[id='branding.accent']");
    await accent.fill("#ffd4");
    await accent.blur();
    const error = page.locator("[id='error-branding.accent']");
    await error.waitFor();
    assert.equal(await accent.getAttribute("aria-invalid"), "true");
    await shows(page, "Your harbour loan");
    await accent.fill("#0b5fff");
    await error.waitFor({ state: "detached" });
    const replies = page.locator("[id='branding.reply_to']");
    await replies.fill("nobody");
    await replies.blur();
    await page.locator("[id='error-branding.reply_to']").waitFor();
    await replies.fill("");
  });

  test("r19 what was typed last is shown, though what was typed before it came in between", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    await shows(page, "Continue");
    const title = page.locator("[id='authentication.opening_page.title']");
    const held = [];
    await page.route("**/admin/settings/preview", (route) =>
      route.request().isNavigationRequest() ? held.push(route) : route.continue(),
    );
    await title.fill("The first pier");
    await until("the first is asked for", () => held.length === 1);
    await title.fill("The second pier");
    await until("the second is asked for", () => held.length === 2);
    await held[0].continue();
    await shows(page, "The first pier");
    await held[1].continue();
    await shows(page, "The second pier");
    await page.unroute("**/admin/settings/preview");
    await title.fill("");
  });

  test("r19 on a phone the preview is folded until it is asked for", async () => {
    const phone = await person({ width: 390, dark: true });
    await phone.signIn(stack.admin);
    const { page } = phone;
    await page.goto("/admin/settings");
    const frame = page.locator(".settings-preview-frame");
    assert.equal(await frame.isVisible(), false);
    await page.locator(".settings-preview > summary").tap();
    await shows(page, "Continue");
    await inspect(page, "admin-settings-preview-phone", { widths: [390] });
    await phone.close();
  });

  test("r19 without a script the preview is shown when it is asked for", async () => {
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.admin);
    const { page } = plain;
    await page.goto("/admin/settings");
    await page.locator("[id='authentication.opening_page.title']").fill("Shown by hand");
    await page.locator(".settings-preview > summary").click();
    await page.locator(".settings-preview button").click();
    await shows(page, "Shown by hand");
    await plain.close();
  });

  test("r19 a team has its own values, and lets go of them", async () => {
    const { page } = ada;
    await page.goto(`/admin/teams/${team}`);
    const row = page.locator("[id='row-branding.name']");
    await row.getByText("Inherited from the system").waitFor();
    await page.locator("[id='branding.name']").fill("Harbour Desk");
    await row.getByText("Overridden").waitFor();
    await shows(page, "Harbour Desk");
    await save(page);
    await page.getByText("Saved. It holds from now on.").waitFor();
    const own = () => stack.api("GET", `/v1/teams/${team}/settings`);
    assert.equal((await own()).branding.name, "Harbour Desk");
    await row.getByRole("button", { name: /Reset to inherited/ }).click();
    await row.getByText("Inherited from the system").waitFor();
    await save(page);
    await until("the team has no name of its own", async () => (await own()).branding?.name === undefined);
  });

  test("r23 reminders are sentences, and say what does not go together", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    const key = (name) => page.locator(`[id='channels.reminders.${name}']`);
    assert.equal(await key("time_zone").isVisible(), false, "what hangs on the switch is not offered");
    await key("enabled").check();
    await key("time_zone").selectOption("Europe/Berlin");
    await page.locator("[name='channels.reminders.weekdays.sat']").check();
    await key("from").fill("10:00");
    await key("to").fill("09:00");
    await key("to").blur();
    await page.locator("[id='error-channels.reminders.to']").getByText("Enter a time after the one above.").waitFor();
    await inspect(page, "admin-settings-reminders", { widths: [390, 1280] });
    await key("to").fill("17:30");
    await save(page);
    await page.getByText("Saved. It holds from now on.").waitFor();
    const { reminders } = (await stack.api("GET", "/v1/settings")).channels;
    assert.deepEqual(
      [reminders.enabled, reminders.time_zone, reminders.from, reminders.to, reminders.weekdays.at(-1)],
      [true, "Europe/Berlin", "10:00", "17:30", "sat"],
    );
    await stack.configure({ channels: { reminders: { enabled: false } } });
  });

  test("r19 of two admins the later one sees both values and loses nothing", async () => {
    const other = await person();
    await other.signIn(stack.admin);
    const mine = ada.page;
    const theirs = other.page;
    for (const page of [mine, theirs]) await page.goto("/admin/settings");
    await mine.locator("[id='service.message']").fill("Ada’s message");
    await theirs.locator("[id='service.message']").fill("Omar’s message");
    await save(mine);
    await mine.getByText("Saved. It holds from now on.").waitFor();
    await save(theirs);
    const row = theirs.locator("[id='row-service.message']");
    await row.getByText("Ada’s message").waitFor();
    assert.equal(await theirs.locator("[id='service.message']").inputValue(), "Omar’s message");
    await inspect(theirs, "admin-settings-clash", { widths: [390, 1280] });
    await row.getByRole("button", { name: "Use that one" }).click();
    await until(
      "theirs is taken",
      async () => (await theirs.locator("[id='service.message']").inputValue()) === "Ada’s message",
    );
    await other.close();
  });

  clean();
});
