// Files in the chat, both ways (R21): a picture from a desk, a PDF from a phone, what is refused, and what the switches close.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, endSession, enter, inRoom, person, say, sees, somebody, stack, start } from "./people.mjs";

const PDF = new URL("agreement.pdf", import.meta.url).pathname;
const LATER = 3 * SOON;

/** A photo as a canvas draws it. */
const photo = async (page, name) => {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 600 });
    const ink = canvas.getContext("2d");
    ink.fillStyle = "teal";
    ink.fillRect(0, 0, 900, 600);
    return canvas.toDataURL("image/jpeg").split(",")[1];
  });
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") };
};

const waiting = (who) => who.page.locator("#attaching");
const submit = (who) =>
  who.page
    .locator("#text")
    .locator("xpath=ancestor::form")
    .locator("button[type=submit], button.button-primary")
    .first();
const pictureOf = (who, name) => who.page.locator(`.attached img[alt='${name}']`);
const isLoaded = (picture) => picture.evaluate((image) => image.complete && image.naturalWidth > 0);

async function ready(who) {
  await until("the file is there", async () => /next/.test(await waiting(who).getByRole("status").textContent()));
}

async function downloaded(page, link) {
  const coming = page.waitForEvent("download");
  await link.click();
  return readFileSync(await (await coming).path());
}

const access = { level: "limited", minutes: 60, then_limited_minutes: null, chat: false, attachments: false };

describe("r21 files in the chat", () => {
  let agent;
  let customer;

  before(async () => {
    await stack.configure({
      authentication: { method: "none" },
      end: { agent_redirect: "stay", customer_access: access },
    });
    agent = await person();
    customer = await person({ width: 390 });
    const mara = somebody("Mara");
    await agent.signIn(stack.agent);
    await start(agent, mara);
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
  });

  test("an agent's picture is seen on the phone at once", async () => {
    const { page } = agent;
    await page.locator("#clip").setInputFiles(await photo(page, "Kitchen.jpg"));
    await ready(agent);
    await inspect(page, "attaching", { widths: [320, 390, 1280] });
    await page.locator("#text").fill("Is it this one?");
    await submit(agent).click();
    await pictureOf(agent, "Kitchen.jpg").waitFor({ timeout: LATER });
    await sees(customer, "Is it this one?");
    await pictureOf(customer, "Kitchen.jpg").waitFor({ state: "attached", timeout: LATER });
    assert.equal(await page.locator("#text").inputValue(), "");
    assert.ok(await waiting(agent).isHidden());
    await until("the agent sees it", async () => {
      // The stream is drawn anew when a page hears of the message, which may be in the middle of this.
      await pictureOf(agent, "Kitchen.jpg")
        .scrollIntoViewIfNeeded()
        .catch(() => {});
      return isLoaded(pictureOf(agent, "Kitchen.jpg"));
    });
    await customer.page.reload();
    const picture = pictureOf(customer, "Kitchen.jpg");
    await until("the customer sees it", async () => {
      await picture.scrollIntoViewIfNeeded().catch(() => {});
      return isLoaded(picture);
    });
    assert.deepEqual(await picture.evaluate(({ width, height }) => Math.round((100 * width) / height)), 150);
  });

  test("a customer's PDF is opened at the desk", async () => {
    const { page } = customer;
    await page.locator("#clip").setInputFiles(PDF);
    await ready(customer);
    await inspect(page, "attaching-phone", { widths: [320, 390, 1280] });
    await submit(customer).click();
    const card = agent.page.locator("a.attached", { hasText: "agreement.pdf" });
    await card.waitFor({ timeout: LATER });
    await page.locator("a.attached", { hasText: "agreement.pdf" }).waitFor({ timeout: LATER });
    assert.deepEqual(await downloaded(agent.page, card), readFileSync(PDF));
    await inspect(page, "attached-phone", { widths: [320, 390, 1280] });
    await inspect(agent.page, "attached", { widths: [320, 390, 1280] });
  });

  test("what is refused says why, and nothing typed is lost", async () => {
    const { page } = customer;
    await page.locator("#clip").setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await page.getByText("Only photos (JPEG, PNG or WebP) and PDF files can be sent.").waitFor({ timeout: SOON });
    const fake = {
      name: "photo.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    };
    await page.locator("#clip").setInputFiles(fake);
    await page.locator("#text").fill("My kitchen");
    await ready(customer);
    await submit(customer).click();
    await page.getByText("Only photos (JPEG, PNG or WebP) and PDF files can be sent.").waitFor({ timeout: LATER });
    assert.equal(await page.locator("#text").inputValue(), "My kitchen");
    await waiting(customer).getByRole("button", { name: "Remove the file" }).click();
    await say(customer, "My kitchen");
    await sees(agent, "My kitchen");
  });

  test("a network that fails is tried again", async () => {
    const { page } = customer;
    await page.route("**/uploads", (route) => route.abort());
    await page.locator("#clip").setInputFiles(PDF);
    await page.getByText("The file did not get through.").waitFor({ timeout: SOON });
    await page.unroute("**/uploads");
    await waiting(customer).getByRole("button", { name: "Try again" }).click();
    await ready(customer);
    await waiting(customer).getByRole("button", { name: "Remove the file" }).click();
  });

  test("each direction has its switch", async () => {
    await stack.configure({ session: { customer_attachments: false } });
    await customer.page.reload();
    await customer.page.locator("#text").waitFor({ state: "attached" });
    assert.equal(await customer.page.locator("#clip").count(), 0);
    await stack.configure({ session: { customer_attachments: true, staff_attachments: false } });
    await agent.page.reload();
    assert.equal(await agent.page.locator("#clip").count(), 0);
    await customer.page.reload();
    assert.equal(await customer.page.locator("#clip").count(), 1);
    await stack.configure({ session: { customer_attachments: true, staff_attachments: true } });
  });

  test("r2 the limited tier reads and does not attach", async () => {
    await endSession(agent);
    await until("the field is gone", async () => (await customer.page.locator("#text").count()) === 0);
    assert.equal(await customer.page.locator("#clip").count(), 0);
    const card = customer.page.locator("a.attached", { hasText: "agreement.pdf" });
    assert.deepEqual(await downloaded(customer.page, card), readFileSync(PDF));
    clean();
  });
});
