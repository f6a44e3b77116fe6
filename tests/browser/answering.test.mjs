// A workflow that files and a signature answer (R21): made in the maker, answered on a phone by camera, file and finger, resumed, and
// read by the agent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { draw, photo } from "./drawing.mjs";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, somebody, stack, start } from "./people.mjs";

const PDF = new URL("agreement.pdf", import.meta.url).pathname;
const LATER = 2 * SOON;

const names = (page) => page.locator(".request-file bdi").allTextContents();

describe("r21 files and signatures answer a workflow", () => {
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

  test("an agent asks for them in the maker", async () => {
    const { page } = agent;
    await page.locator("[data-opens=add-work]").click();
    const form = page.locator("#add-work form");
    await form.locator("[name=title]").fill("Your income");
    const step = form.locator(".maker-step").first();
    await step.locator("[data-part-of=title]").fill("Your work");
    const ask = async (n, label, type) => {
      if (n) await step.getByRole("button", { name: "Add a question" }).click();
      const question = step.locator(".maker-question").nth(n);
      await question.locator("[data-part-of=label]").fill(label);
      await question.locator("[data-part-of=type]").selectOption(type);
    };
    await ask(0, "Who do you work for?", "text");
    await ask(1, "Your payslips", "file");
    await ask(2, "That all of this is true", "signature");
    await inspect(page, "answering-maker", { widths: [390, 1280] });
    await form.getByRole("button", { name: "Send now" }).click();
    await page.locator("#add-work").waitFor({ state: "hidden", timeout: SOON });
    await customer.page.locator(".work", { hasText: "Your income" }).click({ timeout: SOON });
  });

  test("a customer sends files while typing, signs by finger, and comes back to all of it", async () => {
    const { page } = customer;
    const files = page.locator("[data-takes-files]");
    await page.getByLabel("Who do you work for?").fill("Nursery Green");
    await inspect(page, "answering-empty", { widths: [320, 390, 1280] });
    await files.locator("input[capture]").setInputFiles(await photo(page, "october.jpg", "#4060a0"));
    await page.locator(".request-file").first().waitFor({ timeout: LATER });
    assert.equal(await page.getByLabel("Who do you work for?").inputValue(), "Nursery Green", "nothing typed is lost");
    await files.locator("[data-part=pick]").setInputFiles([PDF]);
    await page.locator(".request-file").nth(1).waitFor({ timeout: LATER });
    await files.locator("[data-part=coming] > *").first().waitFor({ state: "detached", timeout: LATER });
    await page.getByRole("button", { name: "Move earlier 2" }).press("Enter");
    await until("the order is another", async () => (await names(page))[0] === "agreement.pdf");
    await page.locator(".signature").click();
    await inspect(page, "answering-pad", { widths: [390] });
    await draw(page, "#pad-paper");
    await page.getByRole("button", { name: "Use this" }).click();
    await page.locator(".signature svg").waitFor({ timeout: SOON });
    await page.locator("#saved", { hasText: "Saved" }).waitFor({ timeout: SOON });
    await inspect(page, "answering-filled", { widths: [320, 390, 1280] });
    await page.reload();
    await page.locator(".signature svg").waitFor({ timeout: SOON });
    assert.deepEqual(await names(page), ["agreement.pdf", "october.jpg"]);
    assert.equal(await page.getByLabel("Who do you work for?").inputValue(), "Nursery Green");
  });

  test("a file that is none is said to be, and another one is taken out by the keyboard", async () => {
    const { page } = customer;
    const files = page.locator("[data-takes-files]");
    const text = { name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("x") };
    await files.locator("[data-part=pick]").setInputFiles(text);
    await files.getByText("This is neither a photo nor a PDF.").waitFor({ timeout: SOON });
    await files.locator("[data-part=coming]").getByRole("button", { name: "Remove" }).press("Enter");
    await page.getByRole("button", { name: "Remove 2" }).press("Enter");
    await until("it is gone", async () => (await names(page)).length === 1);
    assert.ok(await page.evaluate(() => document.activeElement.closest("[data-takes-files]")), "the focus stays there");
  });

  test("the answers are checked and sent, and the agent has them", async () => {
    const { page } = customer;
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.getByRole("heading", { name: "Check your answers" }).waitFor({ timeout: SOON });
    await inspect(page, "answering-review", { widths: [390, 1280] });
    await page.getByRole("button", { name: "Send answers" }).click();
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor({ timeout: SOON });
    const item = agent.page.locator(".work-item", { hasText: "Your income" });
    await item.locator(".work-one").first().waitFor({ timeout: SOON });
    await item.locator("details > summary").first().click();
    await item.getByText("Nursery Green").waitFor({ timeout: SOON });
    await inspect(agent.page, "answering-panel", { widths: [1280] });
    const coming = agent.page.waitForEvent("download");
    await item.getByRole("link", { name: "Download agreement.pdf" }).click();
    assert.deepEqual(readFileSync(await (await coming).path()), readFileSync(PDF));
    // The answers as pages to keep.
    const pages = agent.page.waitForEvent("download");
    await item.getByRole("link", { name: "Download PDF" }).click();
    assert.match((await pages).suggestedFilename(), /^answers-[a-z0-9]+\.pdf$/);
    const kept = readFileSync(await (await pages).path());
    assert.equal(kept.subarray(0, 5).toString(), "%PDF-");
    clean();
  });
});
