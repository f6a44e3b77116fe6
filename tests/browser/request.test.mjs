// Photos and files that an agent asks for (R21): asked for at a desk, sent from a phone, put in order by the keyboard, sent back with a
// reason, sent again, accepted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { photo } from "./drawing.mjs";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, somebody, stack, start } from "./people.mjs";

const PDF = new URL("agreement.pdf", import.meta.url).pathname;
const LATER = 2 * SOON;

const item = (who, title) => who.page.locator(".work-item", { hasText: title });
const files = (page) => page.locator(".request-file");
const names = (page) => page.locator(".request-file bdi").allTextContents();

async function adds(page, input, chosen, count) {
  await page.locator(input).setInputFiles(chosen);
  await files(page)
    .nth(count - 1)
    .waitFor({ timeout: LATER });
  await page.locator("#coming > *").first().waitFor({ state: "detached", timeout: LATER });
}

async function downloaded(page, link) {
  const coming = page.waitForEvent("download");
  await link.click();
  return readFileSync(await (await coming).path());
}

describe("r21 a document request", () => {
  let agent;
  let customer;

  before(async () => {
    agent = await person();
    customer = await person({ width: 390 });
    const mara = somebody("Mara");
    await agent.signIn(stack.agent);
    await start(agent, mara);
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
  });

  test("an agent asks, and what is wrong is said beside it", async () => {
    const { page } = agent;
    await page.locator("[data-opens=add-request]").click();
    const form = page.locator("#add-request form");
    await form.getByRole("button", { name: "Send now" }).click();
    await form.locator("[aria-invalid=true][name=what]").waitFor({ timeout: SOON });
    await form.locator("[name=what]").fill("Your passport");
    await form.locator("[name=instructions]").fill("Lay it flat.\nAll four corners have to be in the picture.");
    await form.locator("[name=min]").fill("2");
    await form.locator("[name=max]").fill("3");
    await inspect(page, "request-ask", { widths: [390, 1280] });
    await form.getByRole("button", { name: "Send now" }).click();
    await page.locator("#add-request").waitFor({ state: "hidden", timeout: SOON });
    await item(agent, "Your passport").waitFor({ timeout: SOON, state: "attached" });
  });

  test("a customer sends several files, puts them in order by the keyboard, and finishes", async () => {
    const { page } = customer;
    await page.getByRole("link", { name: /Your passport/ }).click();
    await inspect(page, "request-empty", { widths: [320, 390, 1280] });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("2 more files are needed.").waitFor({ timeout: SOON });
    await adds(page, "#camera", await photo(page, "front.jpg", "#4060a0"), 1);
    // On its way the connection is lost; it goes on by itself.
    const lost = (route) =>
      route.request().method() === "PUT" ? route.abort("internetdisconnected") : route.continue();
    await page.route("**", lost);
    await page.locator("#pick").setInputFiles([PDF]);
    await page.locator("#coming").getByText("No connection. It goes on by itself.").waitFor({ timeout: SOON });
    await page.unroute("**", lost);
    await files(page).nth(1).waitFor({ timeout: LATER });
    assert.deepEqual(await names(page), ["front.jpg", "agreement.pdf"]);
    const picture = page.locator(".request-file img").first();
    await until("the picture is shown", () => picture.evaluate((img) => img.complete && img.naturalWidth > 100));
    const text = { name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("x") };
    await page.locator("#pick").setInputFiles(text);
    await page.locator("#coming").getByText("This is neither a photo nor a PDF.").waitFor({ timeout: SOON });
    await inspect(page, "request-files", { widths: [320, 390, 1280] });
    await page.locator("#coming").getByRole("button", { name: "Remove" }).press("Enter");
    await page.getByRole("button", { name: "Move earlier 2" }).press("Enter");
    await until("the order is another", async () => (await names(page))[0] === "agreement.pdf");
    assert.match(await page.evaluate(() => document.activeElement.value), /^later:/, "the focus stays at the file");
    await page.getByRole("button", { name: "Send", exact: true }).press("Enter");
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor({ timeout: SOON });
    // All of it becomes one file a moment later, and the page shows it by itself.
    await page.getByText("All your files as one PDF").waitFor({ timeout: LATER });
    await inspect(page, "request-sent", { widths: [320, 390, 1280] });
    const whole = await downloaded(page, page.getByRole("link", { name: "Download" }));
    assert.equal(whole.subarray(0, 5).toString(), "%PDF-");
  });

  test("the agent sees the files, and sends them back with a reason, which the customer reads at once", async () => {
    const passport = item(agent, "Your passport");
    await passport.locator(".work-one").nth(1).waitFor({ timeout: SOON });
    await until("pictures are shown", async () => (await passport.locator(".work-thumb img").count()) === 2);
    const bytes = await downloaded(agent.page, passport.getByRole("link", { name: "Download agreement.pdf" }));
    assert.deepEqual(bytes, readFileSync(PDF));
    const whole = await downloaded(agent.page, passport.getByRole("link", { name: /^Download as one PDF/ }));
    assert.equal(whole.subarray(0, 5).toString(), "%PDF-");
    await agent.page.getByText("All files are ready as one PDF: Your passport").waitFor({ timeout: SOON });
    await inspect(agent.page, "request-panel", { widths: [390, 1280] });
    await passport.locator(".work-back > summary").click();
    await passport.locator("[name=reason]").fill("The photo is cut off at the right.");
    await passport.getByRole("button", { name: "Send back" }).click();
    await passport.getByText("Sent back", { exact: true }).waitFor({ timeout: SOON });
    await customer.page.getByText("The photo is cut off at the right.").waitFor({ timeout: SOON });
    await inspect(customer.page, "request-back", { widths: [320, 390] });
  });

  test("the customer replaces a file and finishes again; the agent accepts, and both see it", async () => {
    const { page } = customer;
    await page.getByRole("button", { name: "Replace 2" }).click();
    await page.locator("#other").setInputFiles(await photo(page, "whole.jpg", "#a04030"));
    await until("the file is another", async () => (await names(page))[1] === "whole.jpg", LATER);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor({ timeout: SOON });
    const passport = item(agent, "Your passport");
    await passport.getByRole("button", { name: "Accept" }).click({ timeout: SOON });
    await passport.getByText("Accepted", { exact: true }).waitFor({ timeout: SOON });
    await page.getByRole("heading", { name: "This is done" }).waitFor({ timeout: SOON });
    await agent.page.getByText("You accepted: Your passport").waitFor({ timeout: SOON });
  });

  test("the agent downloads all finished files as one archive, in a page beside the room", async () => {
    const passport = item(agent, "Your passport");
    await passport.getByRole("link", { name: /^Download as one PDF/ }).waitFor({ timeout: LATER });
    const opened = agent.page.waitForEvent("popup");
    await agent.page.getByRole("button", { name: "Download all files" }).click();
    const page = await opened;
    await page.getByRole("heading", { name: "The files are ready" }).waitFor({ timeout: LATER });
    await page.getByText("1 file", { exact: false }).first().waitFor({ timeout: SOON });
    await inspect(page, "archive", { widths: [320, 390, 1280] });
    const bytes = await downloaded(page, page.getByRole("link", { name: "Download" }));
    assert.equal(bytes.subarray(0, 4).toString(), "PK\u0003\u0004");
    assert.ok(bytes.includes("Your passport.pdf"));
    await page.close();
    await agent.page.getByText("You accepted: Your passport").waitFor({ timeout: SOON });
  });
});

test("every page kept to the rules", clean);
