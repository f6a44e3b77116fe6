// R21: a workflow is looked at before it is saved or sent: in the library's editor with a condition, and in the room's maker. What the
// library does not offer is said at the step's own field.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON } from "./harness.mjs";
import { clean, person, somebody, stack, start } from "./people.mjs";

const both = { widths: [390, 1280] };
const AGREEMENT = new URL("agreement.pdf", import.meta.url).pathname;
const LOAN = [
  {
    id: "wish",
    title: "Your wish",
    fields: [{ name: "loan", label: "Do you want the loan?", type: "yes_no", required: true }],
  },
  {
    id: "much",
    title: "How much",
    show_if: { all: [{ field: "loan", is: true }] },
    fields: [{ name: "amount", label: "How much?", type: "number" }],
  },
  { id: "end", title: "The end", fields: [{ name: "note", label: "Anything else?", type: "text" }] },
];

const frameOf = (page) => page.frameLocator("iframe[name=workflow-preview]");
const open = async (box) => {
  await box.locator("[data-workflow-preview] > summary").click();
  await box.getByRole("button", { name: "Show the preview" }).click();
};

describe("r21 the preview of a workflow", () => {
  let sam;
  let nina;

  before(async () => {
    [sam, nina] = [await person(), await person()];
    await sam.signIn(stack.supervisor);
    await nina.signIn(stack.agent);
  });

  test("in the library, with a step that an answer shows", async () => {
    const { page } = sam;
    await page.goto("/admin/library/new?kind=workflow");
    await page.getByLabel("Title", { exact: true }).first().fill("Your loan");
    await page.locator(".maker-expert > summary").click();
    await page.locator("[name=steps]").fill(JSON.stringify(LOAN));
    const form = page.locator("#entry");
    await open(form);
    const shown = frameOf(page);
    await shown.getByText("This is a preview").waitFor({ timeout: SOON });
    await shown.getByText("Step 1 of 2").first().waitFor();
    const { width } = await page.locator("iframe[name=workflow-preview]").boundingBox();
    assert.ok(Math.abs(width - 390) < 3, `a phone's width: ${width}`);
    await inspect(page, "library-workflow-preview", both);
    // Required, and said as the customer is told.
    await shown.getByRole("button", { name: "Next" }).click();
    await shown.locator("[aria-invalid=true]").first().waitFor();
    await shown.locator("label.choice", { hasText: "Yes" }).click();
    await shown.getByRole("button", { name: "Next" }).click();
    await shown.getByText("Step 2 of 3").first().waitFor();
    await shown.getByRole("button", { name: "Back" }).click();
    await shown.locator("label.choice", { hasText: "No" }).click();
    await shown.getByRole("button", { name: "Next" }).click();
    await shown.getByText("Anything else?").waitFor();
    await shown.getByRole("button", { name: "Check your answers" }).click();
    await shown.getByRole("heading", { name: "Check your answers" }).waitFor();
    await inspect(page, "library-workflow-preview-review", both);
    await shown.getByRole("button", { name: "Send answers" }).click();
    await shown.getByRole("button", { name: "Start again" }).click();
    await shown.getByText("Step 1 of 2").first().waitFor();
    // The page is as it was, and nothing was made.
    assert.equal(await page.locator("[name=steps]").inputValue(), JSON.stringify(LOAN));
    assert.match(page.url(), /\/admin\/library\/new/);
    await page.goto("/admin/library");
    assert.equal(await page.getByText("Your loan", { exact: true }).count(), 0);
  });

  test("in the room, of what the maker has", async () => {
    const { page } = nina;
    await start(nina, somebody());
    await page.locator("[data-opens=add-work]").click();
    const dialog = page.locator("#add-work");
    await dialog.locator("[name=title]").fill("About you");
    await dialog.locator("[data-part-of=label]").first().fill("Where do you live?");
    await open(dialog);
    const shown = frameOf(page);
    await shown.getByText("Where do you live?").waitFor({ timeout: SOON });
    await shown.getByText("This is a preview").waitFor();
    await inspect(page, "room-workflow-preview", both);
    // Changed, it is shown anew; what was typed is still there, and is sent as ever.
    await dialog.locator("[data-part-of=label]").first().fill("In which town do you live?");
    await dialog.getByRole("button", { name: "Show the preview" }).click();
    await shown.getByText("In which town do you live?").waitFor({ timeout: SOON });
    await dialog.getByRole("button", { name: "Send now" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.locator(".work-item", { hasText: "About you" }).waitFor({ timeout: SOON, state: "attached" });
  });

  test("a document that is not offered any more is said at its step", async () => {
    const { page } = sam;
    const publish = () => page.getByRole("button", { name: "Save and publish" }).click();
    const published = () => page.getByText("Published. Agents are offered it now.").waitFor({ timeout: SOON });
    await page.goto("/admin/library/new?kind=document");
    await page.locator("#file").setInputFiles(AGREEMENT);
    await page.getByLabel("Title").fill("Old agreement");
    await publish();
    await published();
    const document = page.url().split("?")[0];
    await page.goto("/admin/library/new?kind=workflow");
    await page.getByLabel("Title", { exact: true }).first().fill("An old loan");
    await page.locator("[data-part-of=document]").first().selectOption({ label: "Old agreement" });
    const other = await person();
    await other.signIn(stack.supervisor);
    await other.page.goto(document);
    await other.page.getByText("Archive", { exact: true }).first().click();
    await other.page.getByRole("button", { name: "Archive" }).click();
    await other.page.getByText("Archived", { exact: true }).first().waitFor();
    await publish();
    const step = page.locator(".maker-step").first();
    await step.getByText("Choose another.").waitFor({ timeout: SOON });
    assert.equal(await step.locator("[data-part-of=document]").getAttribute("aria-invalid"), "true");
    await inspect(page, "library-step-fault", both);
    await step.locator("[data-part-of=document]").selectOption("");
    await step.locator("[data-part-of=label]").fill("Which one?");
    await publish();
    await published();
    clean(other);
  });

  test("nothing went wrong on the way", () => clean(sam, nina));
});
