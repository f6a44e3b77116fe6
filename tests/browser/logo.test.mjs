// A company's logo: chosen on the settings, seen in the preview before it is saved, and then on customers' pages and in their mail.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON } from "./harness.mjs";
import { clean, person, somebody, stack } from "./people.mjs";

const both = { widths: [390, 1280] };
const ADDRESS = "[id='branding.logo']";
const FILE = "[id='file-branding.logo']";
const STATE = "[id='state-branding.logo']";

/** A lantern and a name on nothing, much larger than a logo is shown, as the browser itself draws it. */
async function drawn(page) {
  const base64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1600, height: 500 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#0b5f6b";
    pen.beginPath();
    pen.arc(250, 250, 200, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = "#ffd400";
    pen.fillRect(210, 130, 80, 240);
    pen.fillStyle = "#0b5f6b";
    pen.font = "bold 240px sans-serif";
    pen.fillText("Lantern", 520, 340);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return Buffer.from(base64, "base64");
}

const choose = (page, name, mimeType, buffer) => page.locator(FILE).setInputFiles({ name, mimeType, buffer });
const says = (page, text) => page.locator(STATE).getByText(text).waitFor({ timeout: SOON });
const isShown = (picture) => picture.evaluate((one) => one.complete && one.naturalWidth > 0);

describe("a logo", () => {
  let ada;

  before(async () => {
    ada = await person();
    await ada.signIn(stack.admin);
  });

  test("r19 what is no logo is refused in words that say what to do, and nothing changes", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    const old = await page.locator(ADDRESS).inputValue();
    const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
    await choose(page, "logo.svg", "image/svg+xml", svg);
    await says(page, "Save the logo as a PNG");
    await choose(page, "logo.png", "image/png", Buffer.alloc(5_000_001));
    await says(page, "at most 5 MB");
    // Looked at by content, where nothing else can be reached.
    await choose(page, "renamed.png", "image/png", svg);
    await says(page, "Save the logo as a PNG");
    const whole = await drawn(page);
    await choose(page, "half.png", "image/png", whole.subarray(0, whole.length / 2));
    await says(page, "cannot be read");
    assert.equal(await page.locator(ADDRESS).inputValue(), old);
    await page.locator("[id='row-branding.logo']").scrollIntoViewIfNeeded();
    await inspect(page, "admin-settings-logo-refused", both);
  });

  test("r19 a logo is chosen, seen before it is saved, and then by customers", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    await choose(page, "lantern.png", "image/png", await drawn(page));
    await says(page, "Uploaded. Save the settings to show it.");
    const path = await page.locator(ADDRESS).inputValue();
    assert.match(path, /^\/logo\/up_[0-9a-z]{16}\.png$/);
    const preview = page
      .locator(".settings-preview-frame iframe:not([hidden])")
      .last()
      .contentFrame()
      .locator(`img.logo[src='${path}']`);
    await preview.waitFor({ timeout: SOON });
    assert.ok(await isShown(preview), "in the preview");
    await page.getByText("There are unsaved changes").waitFor();
    await inspect(page, "admin-settings-logo", both);
    await page.locator(".settings-bar button", { hasText: "Save settings" }).click();
    await page.getByText("Saved. It holds from now on.").waitFor();

    const customer = somebody("Ann");
    await stack.api("POST", "/v1/sessions", { customer });
    const mail = await stack.messageTo(customer.email);
    const inMail = /<img[^>]* src="([^"]+)"/.exec(mail.html)[1];
    assert.equal(inMail, `${stack.url}${path}`, "a mail has the whole address");
    const phone = await person({ width: 390 });
    await phone.page.goto(stack.linkIn(mail));
    assert.ok(await isShown(phone.page.locator("img.logo")), "on the opening page");
    const { width, height } = await phone.page
      .locator("img.logo")
      .evaluate((one) => ({ width: one.naturalWidth, height: one.naturalHeight }));
    assert.deepEqual([width, height], [640, 200]);
    await inspect(phone.page, "opening-logo", both);
  });

  test("r19 without a script there is the address, and the page says so", async () => {
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.admin);
    const { page } = plain;
    await page.goto("/admin/settings");
    // Playwright looks for no text in `noscript`.
    const said = page.locator("[id='row-branding.logo'] noscript p");
    assert.match(await said.textContent(), /To upload a picture, scripts have to be allowed/);
    assert.equal(await page.locator(FILE).isVisible(), false);
    await page.locator(ADDRESS).fill("https://example.com/logo.png");
    await page.locator(".settings-bar button", { hasText: "Save settings" }).click();
    await page.getByText("Saved. It holds from now on.").waitFor();
    await plain.close();
  });

  test("nothing on the way broke a page", clean);
});
