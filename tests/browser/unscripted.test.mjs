// Files from a phone whose browser runs no script (R21): sent for a request, put in order, removed, sent for good; and as the answer to
// a question.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { photo } from "./drawing.mjs";
import { inspect, SOON } from "./harness.mjs";
import { clean, enter, inRoom, person, somebody, stack, start } from "./people.mjs";

const PDF = new URL("agreement.pdf", import.meta.url).pathname;
const LATER = 2 * SOON;

const names = (page) => page.locator(".request-file bdi").allTextContents();
const chosen = (page) => page.locator("input[type=file][id^=plain]");

/** Chooses a file, sends it, and waits for what comes of it: the page looks again by itself, and offers to add what took long. */
async function sends(page, file, count) {
  await chosen(page).setInputFiles(file);
  await page.getByRole("button", { name: "Send this file" }).click();
  const add = page.getByRole("button", { name: "Add this file" });
  const there = page.locator(".request-file").nth(count - 1);
  await there.or(add).first().waitFor({ timeout: LATER });
  if (await add.isVisible()) await add.click();
  await there.waitFor({ timeout: LATER });
}

describe("r21 files without a script", () => {
  let agent;
  let customer;
  let about;

  before(async () => {
    agent = await person();
    customer = await person({ width: 390, javaScript: false });
    const mara = somebody("Mara");
    await agent.signIn(stack.agent);
    about = `/v1/sessions/${await start(agent, mara)}/interactions`;
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
  });

  test("a request is fulfilled", async () => {
    const { page } = customer;
    await stack.api("POST", about, {
      kind: "request",
      what: "Your passport",
      instructions: "Lay it flat.",
      accept: ["image", "pdf"],
      min: 2,
      max: 3,
    });
    await page.reload();
    await page.locator(".work", { hasText: "Your passport" }).click();
    await inspect(page, "unscripted-empty", { widths: [320, 390, 1280], scripted: false });
    await page.getByRole("button", { name: "Send this file" }).click();
    await page.getByText("Choose a file first").waitFor();
    await chosen(page).setInputFiles({ name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await page.getByRole("button", { name: "Send this file" }).click();
    await page.getByText("This is neither a photo nor a PDF.").waitFor();
    await chosen(page).setInputFiles({ name: "large.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(4_000_001) });
    await page.getByRole("button", { name: "Send this file" }).click();
    await page.getByText("Without JavaScript, at most 4 MB can be sent").waitFor();
    await inspect(page, "unscripted-fault", { widths: [390, 1280], scripted: false });
    await sends(page, await photo(agent.page, "front.jpg", "#4060a0"), 1);
    await sends(page, PDF, 2);
    await page.getByRole("button", { name: "Move earlier 2" }).click();
    assert.deepEqual(await names(page), ["agreement.pdf", "front.jpg"]);
    await inspect(page, "unscripted-files", { widths: [320, 390, 1280], scripted: false });
    await page.getByRole("button", { name: "Remove 2" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("1 more file is needed.").waitFor();
    await sends(page, await photo(agent.page, "back.jpg", "#a04060"), 2);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor();
    assert.deepEqual(await names(page), ["agreement.pdf", "back.jpg"]);
  });

  test("a question is answered", async () => {
    const { page } = customer;
    await stack.api("POST", about, {
      title: "Your income",
      steps: [
        {
          id: "pay",
          title: "Your pay",
          fields: [
            { name: "employer", label: "Who do you work for?", type: "text" },
            { name: "payslips", label: "Your payslips", type: "file", required: true, max: 3 },
          ],
        },
      ],
    });
    await page.goto(`${page.url().split("/i/")[0]}?home=1`);
    await page.locator(".work", { hasText: "Your income" }).click();
    await page.getByLabel("Who do you work for?").fill("Nursery Green");
    await chosen(page).setInputFiles(PDF);
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.getByText("was not sent").waitFor();
    await inspect(page, "unscripted-question", { widths: [320, 390, 1280], scripted: false });
    await sends(page, PDF, 1);
    assert.equal(await page.getByLabel("Who do you work for?").inputValue(), "Nursery Green");
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.getByText("agreement.pdf").waitFor();
    await page.getByRole("button", { name: "Send answers" }).click();
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor();
  });

  test("nothing that a page must not do was done", () => {
    clean();
  });
});
