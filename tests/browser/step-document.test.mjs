// A document within a workflow (R21): chosen in the library's maker, met on a phone without a script, declined, sent again by the agent from
// below its workflow, signed, and behind it the next step.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON } from "./harness.mjs";
import { clean, enter, person, somebody, stack, start } from "./people.mjs";

const AGREEMENT = new URL("agreement.pdf", import.meta.url).pathname;
const both = { widths: [390, 1280] };
const field = (page, name) => page.locator(`[name="v.${name}"]`).first();
const next = (page) => page.getByRole("button", { name: "Next", exact: true });
const published = (page) => page.getByText("Published. Agents are offered it now.").waitFor({ timeout: SOON });

describe("r21 a document within a workflow", () => {
  let nina;
  let mara;

  before(async () => {
    nina = await person();
    // Without a script.
    mara = await person({ width: 390, javaScript: false });
    const customer = somebody();
    await nina.signIn(stack.agent);
    await start(nina, customer);
    await enter(mara, stack.linkIn(await stack.messageTo(customer.email)));
  });

  test("a supervisor chooses it in the maker, and finds it there again", async () => {
    const sam = await person();
    await sam.signIn(stack.supervisor);
    const { page } = sam;
    await page.goto("/admin/library");
    await page.getByRole("link", { name: "New document" }).click();
    await page.locator("#file").setInputFiles(AGREEMENT);
    await page.getByLabel("Title").fill("Loan agreement");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await published(page);
    await page.goto("/admin/library");
    await page.getByRole("link", { name: "New workflow" }).click();
    await page.getByLabel("Title", { exact: true }).first().fill("Your loan");
    await page.locator(".maker-step").first().locator("[data-part-of=title]").fill("The contract");
    await page.locator("[data-part-of=document]").first().selectOption({ label: "Loan agreement" });
    await page.getByRole("button", { name: "Add a step" }).click();
    const last = page.locator(".maker-step").last();
    await last.locator("[data-part-of=title]").fill("The end");
    await last.locator("[data-part-of=label]").fill("Anything else?");
    await last.locator("[data-part-of=required]").uncheck();
    await inspect(page, "library-step-document", both);
    await page.getByRole("button", { name: "Save and publish" }).click();
    await published(page);
    const chosen = page.locator("[data-part-of=document] option:checked").first();
    await chosen.filter({ hasText: "Loan agreement" }).waitFor({ timeout: SOON, state: "attached" });
  });

  test("its step leads to it and not past it; declined, the agent sends it again", async () => {
    const { page } = nina;
    await page.locator("[data-opens=add-library]").click();
    const dialog = page.locator("#add-library");
    await dialog.getByRole("radio", { name: "Your loan" }).check();
    await dialog.getByRole("button", { name: "Send now" }).click();
    await dialog.waitFor({ state: "hidden" });
    const nested = page.locator(".work-parts .work-item", { hasText: "Loan agreement" });
    await nested.waitFor({ timeout: SOON, state: "attached" });

    const phone = mara.page;
    await phone.reload();
    assert.equal(await phone.locator(".work").count(), 1, "there is one thing to do");
    await phone.locator(".work", { hasText: "Your loan" }).click();
    await inspect(phone, "step-document", { widths: [390], scripted: false });
    await next(phone).click();
    await phone.getByText("Complete this document before you go on.").waitFor();
    await inspect(phone, "step-document-needed", { widths: [390], scripted: false });
    await phone.getByRole("button", { name: "Open the document" }).click();
    await field(phone, "applicant.number").waitFor();
    await phone.getByText("I do not want to do this").click();
    await phone.locator("[name=reason]").fill("The address in it is my old one.");
    await phone.getByRole("button", { name: "Decline" }).click();
    await phone.getByRole("link", { name: "Back to Your loan" }).first().click();
    await phone.getByText("The address in it is my old one.").waitFor();
    await inspect(phone, "step-document-declined", { widths: [390], scripted: false });

    await nested.getByText("The address in it is my old one.").waitFor({ timeout: SOON, state: "attached" });
    await inspect(page, "room-step-document", both);
    await nested.getByRole("button", { name: "Send again" }).click();
    await nested.getByText("Sent", { exact: true }).waitFor({ timeout: SOON, state: "attached" });
  });

  test("signed, it leads behind its step, and the workflow is completed", async () => {
    const phone = mara.page;
    await phone.reload();
    await phone.getByRole("button", { name: "Open the document" }).click();
    await field(phone, "applicant.number").fill("4400731");
    await field(phone, "applicant.name").fill("Mara Quist");
    await phone.locator("label", { hasText: "Yearly" }).click();
    await phone.locator("[name='v.read']").check();
    await phone.getByRole("button", { name: "Next page" }).click();
    await field(phone, "place").fill("Kiel");
    await field(phone, "signature").fill("Mara Quist");
    await phone.getByRole("button", { name: "Check and sign" }).click();
    await phone.getByRole("button", { name: "Sign and finish" }).click();
    await phone.getByRole("link", { name: "Go on with Your loan" }).click();
    await phone.getByText("Anything else?").waitFor();
    await phone.getByRole("button", { name: "Check your answers" }).click();
    await phone.getByRole("heading", { name: "Check your answers" }).waitFor();
    await inspect(phone, "step-document-review", { widths: [390], scripted: false });
    await phone.getByRole("button", { name: "Send answers" }).click();
    await phone.getByRole("heading", { name: "Sent. Thank you" }).waitFor();
    const done = nina.page.locator(".work-item[data-state=completed]", { hasText: "Your loan" }).first();
    await done.waitFor({ timeout: SOON, state: "attached" });
  });

  test("taken back by the agent, its step says so at once", async () => {
    const ida = await person({ width: 390 });
    const customer = somebody("Ida");
    const { page } = nina;
    await start(nina, customer);
    await page.locator("[data-opens=add-library]").click();
    await page.locator("#add-library").getByRole("radio", { name: "Your loan" }).check();
    await page.locator("#add-library").getByRole("button", { name: "Send now" }).click();
    const nested = page.locator(".work-parts .work-item", { hasText: "Loan agreement" });
    await nested.waitFor({ timeout: SOON, state: "attached" });
    await enter(ida, stack.linkIn(await stack.messageTo(customer.email)));
    await ida.page.locator(".work", { hasText: "Your loan" }).click();
    await ida.page.locator(".step-document[data-document=sent]").waitFor();
    await inspect(ida.page, "step-document-live", both);
    await nested.getByRole("button", { name: "Withdraw" }).click();
    await ida.page.locator(".step-document[data-document=withdrawn]").waitFor({ timeout: SOON });
    await next(ida.page).click();
    await ida.page.getByText("Anything else?").waitFor();
  });

  test("nothing went wrong on the way", () => clean());
});
