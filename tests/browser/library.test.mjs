// A team's library (R21): a supervisor makes texts, a workflow and a document of it; an agent inserts a text by `/` and sends a workflow
// and a document from there; the customer has them.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, sees, somebody, stack, start } from "./people.mjs";

const both = { widths: [390, 1280] };
const inPanel = (agent, text) =>
  agent.page.locator(".work-item", { hasText: text }).first().waitFor({ timeout: SOON, state: "attached" });

const question = { name: "adults", label: "How many adults live with you?", type: "number" };
const other = { name: "insurer", label: "With whom are you insured?", type: "text" };
const ENTRIES = [
  { kind: "text", title: "Welcome", text: "Hello {name}, how can I help you?" },
  { kind: "text", title: "Goodbye", text: "Thank you for your time, {name}." },
  { kind: "workflow", title: "Your household", steps: [{ id: "a", title: "Who lives with you", fields: [question] }] },
  {
    kind: "workflow",
    title: "Water damage",
    steps: [
      { id: "a", title: "What happened", fields: [question] },
      { id: "b", title: "Insurance", fields: [other], show_if: { all: [{ field: "adults", over: 1 }] } },
    ],
  },
];

/** Makes entries and publishes them, as a program does. */
async function published(entries) {
  const call = async (path, body, more = {}) => {
    const headers = { authorization: `Bearer ${stack.api_key}`, "content-type": "application/json", ...more };
    const answer = await fetch(new URL(path, stack.url), { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  };
  for (const entry of entries) {
    const { id } = await call("/v1/library", entry);
    await call(`/v1/library/${id}/publish`, {}, { "if-match": "*" });
  }
}

describe("a team's library", () => {
  let sam;

  before(async () => {
    await published(ENTRIES);
    sam = await person();
    await sam.signIn(stack.supervisor);
  });

  test("r21 a supervisor finds the library and publishes a text", async () => {
    const { page } = sam;
    await page.goto("/console");
    await page.locator(".me > summary").click();
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByText("Your household").waitFor();
    await inspect(page, "library", both);
    await page.getByRole("link", { name: "New text" }).click();
    await page.getByLabel("Title").fill("Documents by post");
    await page.getByLabel("Text", { exact: true }).fill("You can send it by post as well, {name}:\nHarbour Street 1.");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await page.getByText("Published. Agents are offered it now.").waitFor();
    await inspect(page, "library-text", both);
  });

  test("r21 a workflow is made of steps and changed in them", async () => {
    const { page } = sam;
    await page.goto("/admin/library");
    await page.getByRole("link", { name: "New workflow" }).click();
    await page.getByLabel("Title", { exact: true }).first().fill("Your income");
    const step = page.locator(".maker-step").first();
    await step.locator("[data-part-of=title]").fill("Your work");
    await step.locator("[data-part-of=label]").fill("Where do you work?");
    await inspect(page, "library-new-workflow", both);
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("Saved.").waitFor();
    assert.equal(await page.locator("[data-part-of=label]").first().inputValue(), "Where do you work?");
    await page.getByRole("button", { name: "Add a question" }).click();
    await page.locator("[data-part-of=label]").nth(1).fill("Since when?");
    await page.locator("[data-part-of=type]").nth(1).selectOption("date");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await page.getByText("Published. Agents are offered it now.").waitFor();
    assert.equal(await page.locator("[data-part-of=label]").nth(1).inputValue(), "Since when?");
    await inspect(page, "library-workflow", both);
  });

  test("r21 what the maker cannot say stays a definition", async () => {
    const { page } = sam;
    await page.goto("/admin/library");
    await page.getByRole("link", { name: "Water damage" }).click();
    await page.locator("[name=steps]").waitFor();
    assert.match(await page.locator("[name=steps]").inputValue(), /show_if/);
    assert.equal(await page.locator(".maker-step").count(), 0);
  });

  test("r21 a document is made of a PDF, once that was read", async () => {
    const { page } = sam;
    await page.goto("/admin/library");
    await page.getByRole("link", { name: "New document" }).click();
    await page.locator("#file").setInputFiles(new URL("agreement.pdf", import.meta.url).pathname);
    await page.getByLabel("Title").fill("Loan agreement");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await page.getByText("Published. Agents are offered it now.").waitFor({ timeout: SOON });
    await page.getByText("Pages:").waitFor();
    await inspect(page, "library-document", both);
  });

  test("r21 without a script a text is made, archived and brought back", async () => {
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.supervisor);
    const { page } = plain;
    await page.goto("/admin/library?kind=text");
    await page.getByRole("link", { name: "New text" }).click();
    await page.getByLabel("Title").fill("Out of office");
    await page.getByLabel("Text", { exact: true }).fill("We are back on Monday.");
    await page.getByRole("button", { name: "Save and publish" }).click();
    await page.getByText("Archive", { exact: true }).first().click();
    await page.getByRole("button", { name: "Archive" }).click();
    await page.getByText("Archived.").waitFor();
    await page.getByRole("button", { name: "Bring back" }).click();
    await page.getByText("It is back.").waitFor();
  });

  clean();
});

describe("what the library offers in the room", () => {
  let nina;
  let mara;

  before(async () => {
    nina = await person();
    mara = await person({ width: 390 });
    const customer = somebody();
    await nina.signIn(stack.agent);
    await start(nina, customer);
    await enter(mara, stack.linkIn(await stack.messageTo(customer.email)));
    await inRoom(mara);
  });

  test("r21 a prepared text is inserted by / and keys, with the customer's name, and not sent", async () => {
    const { page } = nina;
    const text = page.locator("#text");
    const rows = page.locator("#prepared [role=option]");
    await text.focus();
    await page.keyboard.type("/");
    await rows.first().waitFor();
    await inspect(page, "room-prepared", both);
    await text.focus();
    await page.keyboard.type("post");
    await until("the list is narrowed", async () => (await rows.count()) === 1);
    assert.equal(await text.getAttribute("aria-activedescendant"), await rows.first().getAttribute("id"));
    await page.keyboard.press("Enter");
    const inserted = "You can send it by post as well, Mara Quist:\nHarbour Street 1.";
    assert.equal(await text.inputValue(), inserted);
    assert.equal(await page.locator(".msg", { hasText: "Harbour Street" }).count(), 0);
    await page.keyboard.press("Enter");
    await sees(mara, "Harbour Street 1.");
    assert.equal(await text.inputValue(), "");
  });

  test("r21 Escape keeps what was typed, arrows choose, and a pointer does, too", async () => {
    const { page } = nina;
    const text = page.locator("#text");
    const rows = page.locator("#prepared [role=option]");
    await text.focus();
    await page.keyboard.type("/wel");
    await rows.first().waitFor();
    await page.keyboard.press("Escape");
    await rows.first().waitFor({ state: "detached" });
    assert.equal(await text.inputValue(), "/wel");
    await page.keyboard.type("c");
    assert.equal(await rows.count(), 0, "it stays closed");
    await text.fill("");
    await page.keyboard.type("/");
    await rows.first().waitFor();
    const second = await rows.nth(1).locator("bdi").textContent();
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.locator("#prepared [aria-selected=true] bdi").textContent(), second);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await rows.last().getAttribute("aria-selected"), "true");
    await rows.filter({ hasText: "Welcome" }).click();
    assert.match(await text.inputValue(), /^Hello Mara Quist/);
    // A slash that is not the first letter is one.
    await text.fill("and/or");
    assert.equal(await rows.count(), 0);
    await text.fill("");
  });

  test("r21 a workflow and a document are sent from the library", async () => {
    const { page } = nina;
    for (const title of ["Your household", "Loan agreement"]) {
      await page.locator("[data-opens=add-library]").click();
      const dialog = page.locator("#add-library");
      await dialog.getByRole("radio", { name: title }).first().waitFor();
      if (title === "Your household") await inspect(page, "room-from-library", both);
      await dialog.getByLabel("Find").fill(title.slice(0, 8));
      await dialog.getByRole("radio", { name: title }).first().check();
      await dialog.getByRole("button", { name: "Send now" }).click();
      await dialog.waitFor({ state: "hidden" });
      await inPanel(nina, title);
      await sees(mara, title);
    }
  });

  clean();
});
