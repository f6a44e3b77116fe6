// A document between an agent at a desk and a customer on a phone (R21): sent from a file, filled in over its pages by touch, signed,
// looked over, completed, and downloaded by both; by the keyboard alone, and without a script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { draw, openPad } from "./drawing.mjs";
import { firstLoad, inspect, loadedAgain, SOON, until } from "./harness.mjs";
import { browser, clean, enter, inRoom, person, sees, somebody, stack, start } from "./people.mjs";

// `cargo run -p parlor-pdf-tests --bin write-agreement` writes it.
const AGREEMENT = new URL("agreement.pdf", import.meta.url).pathname;
const MOST = 120 * 1024;
// To be read, completed, signed and filed, one after the other.
const LATER = 4 * SOON;

/** A session with its customer in the room, and an agent beside it. */
async function both(name, options) {
  const agent = await person();
  const customer = await person({ width: 390, ...options });
  const somebodyNew = somebody(name);
  await agent.signIn(stack.agent);
  const sid = await start(agent, somebodyNew);
  await enter(customer, stack.linkIn(await stack.messageTo(somebodyNew.email)));
  await inRoom(customer);
  return { agent, customer, sid };
}

/** Sends the form from the agent's room, as the agent does. */
async function send(agent, title, button = "Send now") {
  const { page } = agent;
  await page.locator("[data-opens=add-document]").click();
  const form = page.locator("#add-document form.sending");
  await form.locator("input[type=file]").setInputFiles(AGREEMENT);
  await form.getByText("Uploaded").waitFor({ timeout: SOON });
  await form.locator("[name=title]").fill(title);
  await form.getByRole("button", { name: button }).click();
  await page.locator("#add-document").waitFor({ state: "hidden", timeout: LATER });
  await item(agent, title).waitFor({ timeout: SOON, state: "attached" });
}

const item = (who, title) => who.page.locator(".work-item", { hasText: title });
const field = (page, name) => page.locator(`[name="v.${name}"]`).first();
const saved = (page) => page.locator("#saved", { hasText: "Saved" }).waitFor({ timeout: SOON });

async function downloaded(page, link) {
  const coming = page.waitForEvent("download");
  await link.click();
  return readFileSync(await (await coming).path());
}

describe("r21 a document with a script", () => {
  let agent;
  let customer;
  let sid;
  let own;
  let copy;

  before(async () => {
    ({ agent, customer, sid } = await both("Mara"));
  });

  test("an agent sends a PDF, prepared first, and what is no PDF is refused in words", async () => {
    const { page } = agent;
    await page.locator("[data-opens=add-document]").click();
    const form = page.locator("#add-document form.sending");
    await inspect(page, "agent-room-sending");
    await form
      .locator("input[type=file]")
      .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await form.getByText("This is not a PDF.").waitFor();
    const wrong = { name: "b.pdf", mimeType: "application/pdf", buffer: Buffer.from("no PDF at all") };
    await form.locator("input[type=file]").setInputFiles(wrong);
    await form.getByRole("button", { name: "Send now" }).click();
    await form.locator(".form-errors p").waitFor({ timeout: LATER });
    await inspect(page, "agent-room-sending-refused");
    await page.keyboard.press("Escape");
    await page.reload();
    await send(agent, "Loan agreement", "Keep as draft");
    assert.equal(await customer.page.getByText("Loan agreement").count(), 0, "a draft is nobody's business");
    await item(agent, "Loan agreement").getByRole("button", { name: "Send" }).click();
    const card = customer.page.locator(".work", { hasText: "Loan agreement" });
    await card.waitFor({ timeout: SOON });
    await card.getByText("Fill in and sign").waitFor();
    own = await card.getAttribute("href");
  });

  test("its page is small enough for a phone's first look", async () => {
    const cookies = await customer.context.cookies();
    const load = await firstLoad(browser, stack, async (page) => {
      await page.context().addCookies(cookies);
      await page.goto(own);
      await page.locator("#bar").waitFor();
    });
    const list = load.parts.map(({ bytes, url }) => `${bytes} ${url.split("?")[0]}`).join(", ");
    console.log(`document: ${load.bytes} bytes: ${list}`);
    assert.ok(load.bytes <= MOST, list);
  });

  test("it is filled in by touch, and the agent sees how far it is and what", async () => {
    const { page } = customer;
    await page.goto(own);
    await page.locator("#bar-next", { hasText: "Start" }).tap();
    await page.keyboard.type("Mara Quist");
    await page.keyboard.press("Enter");
    await saved(page);
    await item(agent, "Loan agreement").getByText("In progress").waitFor({ timeout: SOON });
    await field(page, "applicant.number").fill("4400731");
    await field(page, "applicant.born").fill("1987-03-14");
    await field(page, "home").selectOption("Owned");
    await page.locator('[name="v.paid"][value=yearly]').tap();
    await field(page, "remarks").fill("Please write to my new address.");
    await field(page, "read").tap();
    await saved(page);
    await inspect(page, "document-filled");
    await page.reload();
    assert.equal(await field(page, "home").inputValue(), "Owned", "it is kept");
    assert.ok(await field(page, "read").isChecked());
    const row = item(agent, "Loan agreement");
    await row.locator(".work-answers summary").click();
    await row.locator("dd", { hasText: "4400731" }).waitFor({ timeout: SOON });
    await inspect(agent.page, "agent-room-document");
  });

  test("what cannot be printed is said beside its field", async () => {
    const { page } = customer;
    await field(page, "remarks").fill("Snow \u{e000}");
    await field(page, "applicant.name").focus();
    const remarks = page.locator("[data-question=remarks]");
    await until("it is marked", async () => (await remarks.getAttribute("data-wrong")) !== null);
    await field(page, "remarks").fill("Please write to my new address.");
    await field(page, "applicant.name").focus();
    await until("it is right", async () => (await remarks.getAttribute("data-wrong")) === null);
  });

  test("it is signed by touch, looked over, and completed", async () => {
    const { page } = customer;
    await field(page, "place").fill("Kiel");
    await openPad(page, "signature");
    await inspect(page, "document-pad");
    await draw(page, "#pad-paper");
    await page.getByRole("button", { name: "Use this" }).tap();
    await page.getByRole("button", { name: "Check and sign" }).tap();
    await page.waitForURL(/page=review/);
    await page.getByRole("heading", { name: "Check and sign" }).waitFor();
    assert.ok((await page.locator(".paper-ink path").count()) > 0, "the signature stands where it will be");
    await inspect(page, "document-review");
    await page.getByRole("button", { name: "Sign and finish" }).tap();
    await page.getByRole("heading", { name: "All done. Thank you" }).waitFor();
    await sees(agent, "Mara finished: Loan agreement");
  });

  test("both download the signed document", async () => {
    const { page } = customer;
    const link = page.getByRole("link", { name: "Download", exact: true });
    await link.waitFor({ timeout: LATER });
    await inspect(page, "document-done");
    copy = await downloaded(page, link);
    assert.equal(copy.subarray(0, 5).toString(), "%PDF-");
    assert.ok(copy.includes("/ByteRange"), "it is signed");
    const row = item(agent, "Loan agreement");
    const theirs = row.getByRole("link", { name: "Download signed document" });
    await theirs.waitFor({ timeout: LATER });
    await inspect(agent.page, "agent-room-document-done");
    assert.ok((await downloaded(agent.page, theirs)).equals(copy), "both have the same file");
    await page.getByRole("link", { name: "To your page" }).first().click();
    await page.getByText("1 of 1 done").first().waitFor();
    const { state } = await stack.api("GET", `/v1/sessions/${sid}/interactions/${own.split("/").at(-1)}?values=true`);
    assert.equal(state, "completed");
  });

  test("whoever has the file can see that it is what was signed", async () => {
    const anybody = await person({ width: 390 });
    const { page } = anybody;
    await page.goto("/verify");
    await inspect(page, "verify");
    const choose = (buffer) =>
      page.locator("#verify-file").setInputFiles({ name: "Loan.pdf", mimeType: "application/pdf", buffer });
    await choose(copy);
    await page.getByText("has not been changed since").waitFor();
    await page.getByText("Loan agreement").waitFor();
    await inspect(page, "verify-here");
    await choose(Buffer.concat([copy, Buffer.from("\n")]));
    await page.getByText("This file is not known here.").waitFor();
    await inspect(page, "verify-unknown");
    await anybody.close();
  });

  test("what is taken back while it is filled in is said at once, and what was typed stays", async () => {
    await send(agent, "Second agreement");
    const { page } = customer;
    const card = page.locator(".work", { hasText: "Second agreement" });
    await card.waitFor({ timeout: SOON });
    await card.click();
    await field(page, "place").fill("Kiel");
    await saved(page);
    await item(agent, "Second agreement").getByRole("button", { name: "Withdraw" }).click();
    await page.getByText("This is no longer needed").waitFor({ timeout: SOON });
    await page.getByText("Kiel").waitFor();
    await inspect(page, "document-withdrawn");
  });
});

describe("r21 a document by the keyboard alone", () => {
  test("tab, enter, blank and letters are enough", async () => {
    const { agent, customer, sid } = await both("Priya", { width: 1280 });
    await send(agent, "Direct debit");
    const { page } = customer;
    const own = await page.locator(".work", { hasText: "Direct debit" }).getAttribute("href");
    await page.goto(own);
    const { keyboard } = page;
    const focusOn = async (what) => {
      for (let tries = 0; tries < 60; tries += 1) {
        if (await page.evaluate((it) => document.activeElement?.matches(it), what)) return;
        await keyboard.press("Tab");
      }
      assert.fail(`${what} is out of the keyboard's reach`);
    };
    await focusOn("[name='v.applicant.name']");
    await keyboard.type("Priya Quist");
    await focusOn("[name='v.applicant.number']");
    await keyboard.type("12");
    await focusOn("[name='v.place']");
    await keyboard.type("Kiel");
    await focusOn("[data-question=signature] .sign");
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Your signature" }).waitFor();
    await keyboard.press("Enter");
    await focusOn("#bar-next");
    await until("all that is required is there", async () => (await page.locator("#bar[data-ready]").count()) > 0);
    await keyboard.press("Enter");
    await page.waitForURL(/page=review/);
    await focusOn("form[action*='/complete'] button");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "All done. Thank you" }).waitFor();
    const id = own.split("/").at(-1);
    const { values } = await stack.api("GET", `/v1/sessions/${sid}/interactions/${id}?values=true`);
    assert.equal(values["applicant.name"], "Priya Quist");
    assert.equal(values.signature, "Priya Quist");
  });
});

describe("r21 a document without a script", () => {
  test("each page is a form, what is wrong stays beside its field, and the file is there in the end", async () => {
    const { agent, customer } = await both("Ola", { javaScript: false });
    const { page } = customer;
    await send(agent, "Power of attorney");
    await page.reload();
    await page.locator(".work", { hasText: "Power of attorney" }).click();
    await field(page, "applicant.number").fill("4400731");
    await page.locator("label", { hasText: "Yearly" }).click();
    await page.locator("[name='v.read']").check();
    await page.getByRole("button", { name: "Next page" }).click();
    await field(page, "place").fill("Kiel");
    await page.getByRole("button", { name: "Save and finish later" }).click();
    await page.locator(".work", { hasText: "Started" }).click();
    if ((await field(page, "signature").count()) === 0) await page.goto(`${page.url().split("?")[0]}?page=2`);
    await field(page, "signature").fill("Ola Quist");
    await page.getByRole("button", { name: "Check and sign" }).click();
    await page.getByRole("heading", { name: "Check and sign" }).waitFor();
    await page.locator("dd", { hasText: "4400731" }).first().waitFor({ state: "attached" });
    // What is missing is named, and leads to its page.
    await page.getByRole("button", { name: "Sign and finish" }).click();
    await page.getByText("One field is still to be filled in.").waitFor();
    await page.locator(".doc-missing a", { hasText: "Full name" }).click();
    await field(page, "applicant.name").fill("Ola \u{e000}");
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText("These characters cannot be printed").waitFor();
    assert.equal(await field(page, "applicant.number").inputValue(), "4400731");
    await field(page, "applicant.name").fill("Ola Quist");
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByRole("button", { name: "Check and sign" }).click();
    await page.getByRole("button", { name: "Sign and finish" }).click();
    await page.getByRole("heading", { name: "All done. Thank you" }).waitFor();
    const link = page.getByRole("link", { name: "Download", exact: true });
    await until(
      "the file is there",
      async () => {
        if (!(await loadedAgain(page))) return false;
        return (await link.count()) > 0;
      },
      LATER,
    );
    assert.equal((await downloaded(page, link)).subarray(0, 5).toString(), "%PDF-");
  });
});

test("every page kept to the rules", clean);
