// A workflow between an agent at a desk and a customer on a phone (R21): made in the maker, filled in step by step, with and without a
// script, by the keyboard alone, closed at each step and resumed, seen live, completed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { inspect, SOON, until } from "./harness.mjs";
import { clean, enter, inRoom, person, sees, shows, somebody, stack, start } from "./people.mjs";

const HOUSEHOLD = {
  kind: "workflow",
  title: "About your household",
  steps: [
    {
      id: "who",
      title: "Who lives with you",
      text: "Two minutes. What you enter is kept as you go.",
      fields: [
        { name: "alone", label: "Do you live alone?", type: "yes_no", required: true },
        { name: "since", label: "Since when?", type: "date" },
      ],
    },
    {
      id: "others",
      title: "The others",
      show_if: { all: [{ field: "alone", is: false }] },
      fields: [
        {
          name: "adults",
          label: "How many adults?",
          type: "number",
          required: true,
          min: 1,
          max: 20,
          hint: "Yourself included",
        },
        { name: "home", label: "Your home is", type: "choice", options: ["Rented", "Owned"] },
      ],
    },
    { id: "more", title: "Anything else", fields: [{ name: "note", label: "Your note", type: "text" }] },
  ],
};

const next = (page) => page.getByRole("button", { name: "Next", exact: true });
const saved = (page) => page.locator("#saved", { hasText: "Saved" }).waitFor({ timeout: SOON });
const inPanel = (agent, text) =>
  agent.page.locator(".work-item", { hasText: text }).first().waitFor({ timeout: SOON, state: "attached" });

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

describe("r21 a workflow with a script", () => {
  let agent;
  let customer;
  let sid;
  let own;

  before(async () => {
    ({ agent, customer, sid } = await both("Mara"));
  });

  test("the agent makes one from a title and questions, and the customer sees it at once", async () => {
    const { page } = agent;
    await inspect(page, "agent-room-nothing-to-do");
    await page.locator("[data-opens=add-work]").click();
    const form = page.locator("#add-work form");
    await form.locator("[name=title]").fill("Your income");
    const step = form.locator(".maker-step").first();
    await step.locator("[data-part-of=title]").fill("Your work");
    const question = step.locator(".maker-question").first();
    await question.locator("[data-part-of=label]").fill("You are");
    await question.locator("[data-part-of=type]").selectOption("choice");
    await form.getByRole("button", { name: "Send now" }).click();
    await form.locator(".field-error").first().waitFor();
    await question.locator("[data-part-of=options]").fill("Employed\nSelf-employed\nRetired");
    await inspect(page, "agent-room-maker");
    await form.getByRole("button", { name: "Keep as draft" }).click();
    await inPanel(agent, "Your income");
    assert.equal(await customer.page.getByText("Your income").count(), 0, "a draft is nobody's business");
    await page.locator(".work-item", { hasText: "Your income" }).getByRole("button", { name: "Send" }).click();
    await customer.page.locator(".work", { hasText: "Your income" }).waitFor({ timeout: SOON });
    await page.locator(".work-item", { hasText: "Your income" }).getByRole("button", { name: "Withdraw" }).click();
    await customer.page.locator(".work", { hasText: "Your income" }).waitFor({ state: "detached", timeout: SOON });
  });

  test("what is prepared is sent all at once, with a day until which it is to be done", async () => {
    const { page } = agent;
    for (const what of ["Your passport", "Your payslips"]) {
      await page.locator("[data-opens=add-request]").click();
      const form = page.locator("#add-request form");
      await form.locator("[name=what]").fill(what);
      await form.locator("[name=due_at]").fill("2031-03-04");
      if (what === "Your passport") await inspect(page, "agent-room-asking-due");
      await form.getByRole("button", { name: "Keep as draft" }).click();
      await inPanel(agent, what);
    }
    await page.getByRole("button", { name: "Send all 2" }).click();
    for (const what of ["Your passport", "Your payslips"]) {
      const card = customer.page.locator(".work", { hasText: what });
      await card.waitFor({ timeout: SOON });
      assert.match(await card.textContent(), /March 4|4 March|Mar 4/);
    }
    await page.getByRole("button", { name: "Send all" }).waitFor({ state: "detached", timeout: SOON });
    await inspect(page, "agent-room-all-sent");
    for (const what of ["Your passport", "Your payslips"]) {
      await page.locator(".work-item", { hasText: what }).getByRole("button", { name: "Withdraw" }).click();
      await customer.page.locator(".work", { hasText: what }).waitFor({ state: "detached", timeout: SOON });
    }
  });

  test("what is pasted as a definition is checked", async () => {
    const { page } = agent;
    await page.locator("[data-opens=add-work]").click();
    const form = page.locator("#add-work form");
    await form.locator("[name=title]").fill(HOUSEHOLD.title);
    await form.locator("summary", { hasText: "Paste a definition" }).click();
    await form.locator("[name=steps]").fill('{"steps": [{"id": "a"}]}');
    await form.getByRole("button", { name: "Send now" }).click();
    await form.locator(".field-error, .form-errors p").first().waitFor();
    await form.locator("[name=steps]").fill(JSON.stringify({ steps: HOUSEHOLD.steps }));
    await form.getByRole("button", { name: "Send now" }).click();
    await inPanel(agent, HOUSEHOLD.title);
    own = await customer.page.locator(".work", { hasText: HOUSEHOLD.title }).getAttribute("href");
  });

  test("it is filled in with the tab closed at each step, and goes on where it was", async () => {
    await inspect(customer.page, "customer-room-work");
    await customer.page.locator(".work", { hasText: HOUSEHOLD.title }).click();
    await customer.page.locator(".runner-head p", { hasText: "Step 1 of 2" }).waitFor();
    await inspect(customer.page, "runner-first");
    await customer.page.getByText("No", { exact: true }).click();
    await saved(customer.page);
    await customer.page.close();
    customer.page = await customer.context.newPage();
    await customer.page.goto(own);
    assert.ok(await customer.page.locator("[name='a.alone'][value=no]").isChecked(), "it was saved as one went");
    await next(customer.page).click();
    await customer.page.locator(".runner-head p", { hasText: "Step 2 of 3" }).waitFor();
    await customer.page.close();
    customer.page = await customer.context.newPage();
    await customer.page.goto(own);
    await customer.page.locator(".runner-head p", { hasText: "Step 2 of 3" }).waitFor();
    const adults = customer.page.locator("#a-adults");
    await adults.fill("many");
    await adults.blur();
    await customer.page.locator("#a-adults-error", { hasText: "Enter a number" }).waitFor({ timeout: SOON });
    await inspect(customer.page, "runner-wrong");
    await adults.fill("2");
    await adults.blur();
    await customer.page.locator("#a-adults-error").waitFor({ state: "hidden", timeout: SOON });
    await next(customer.page).click();
    await customer.page.locator("#a-note").waitFor();
  });

  test("the agent sees it as it is filled in, and the answers so far", async () => {
    const item = agent.page.locator(".work-item", { hasText: HOUSEHOLD.title });
    await item.getByText("2 of 3 steps").first().waitFor({ timeout: SOON });
    await item.locator(".work-answers summary").click();
    await item.locator("dd", { hasText: "2" }).waitFor({ timeout: SOON });
    await shows(agent, "Online, incomplete");
    await customer.page.locator("#a-note").fill("The house is being repaired.");
    await saved(customer.page);
    // Without a click: what is open is brought up to date.
    await item.locator("dd", { hasText: "The house is being repaired." }).waitFor({ timeout: SOON });
    await inspect(agent.page, "agent-room-answers");
  });

  test("it is looked over, completed, and the agent reads and keeps the answers", async () => {
    await customer.page.getByRole("button", { name: "Check your answers" }).click();
    await customer.page.getByRole("heading", { name: "Check your answers" }).waitFor();
    await inspect(customer.page, "runner-review");
    await customer.page.getByRole("button", { name: "Send answers" }).click();
    await customer.page.getByRole("heading", { name: "Sent. Thank you" }).waitFor();
    await inspect(customer.page, "runner-done");
    await sees(agent, `Mara finished: ${HOUSEHOLD.title}`);
    await shows(agent, "Online, complete");
    const item = agent.page.locator(".work-item", { hasText: HOUSEHOLD.title });
    if ((await item.locator(".work-answers").getAttribute("open")) === null)
      await item.locator(".work-answers summary").click();
    const coming = agent.page.waitForEvent("download");
    await item.getByRole("link", { name: "Download CSV" }).click();
    const table = readFileSync(await (await coming).path(), "utf8");
    assert.match(table, /"others","?adults|adults/);
    assert.ok(table.includes('"The others","adults","How many adults?","2"'), table);
    await customer.page.getByRole("link", { name: "To your page" }).first().click();
    await customer.page.getByText("1 of 1 done").first().waitFor();
    await inspect(customer.page, "customer-room-done");
  });

  test("what is taken back while it is filled in is said at once, and what was typed stays", async () => {
    const made = await stack.api("POST", `/v1/sessions/${sid}/interactions`, HOUSEHOLD);
    await customer.page.goto(`/r/${sid}/i/${made.id}`);
    await customer.page.locator("#a-since").fill("2020-05-01");
    await saved(customer.page);
    await stack.api("POST", `/v1/sessions/${sid}/interactions/${made.id}/withdraw`, {});
    await customer.page.getByText("This is no longer needed").waitFor({ timeout: SOON });
    await customer.page.getByText("2020-05-01").waitFor();
    await inspect(customer.page, "runner-withdrawn");
  });
});

describe("r21 a workflow without a script", () => {
  test("every step is a form, and nothing typed is lost", async () => {
    const { customer, sid } = await both("Ola", { javaScript: false });
    const { page } = customer;
    const made = await stack.api("POST", `/v1/sessions/${sid}/interactions`, HOUSEHOLD);
    await page.reload();
    await page.locator(".work").click();
    await next(page).click();
    await page.getByText("Answer this question.").waitFor();
    await page.getByText("No", { exact: true }).click();
    await next(page).click();
    await page.locator("#a-adults").fill("1,200");
    await page.getByText("Owned").click();
    await next(page).click();
    await page.getByText("Enter a number in digits").waitFor();
    assert.equal(await page.locator("#a-adults").inputValue(), "1,200");
    assert.ok(await page.locator("[value=Owned]").isChecked());
    await page.locator("#a-adults").fill("3");
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByText("Do you live alone?").waitFor();
    await next(page).click();
    assert.equal(await page.locator("#a-adults").inputValue(), "3");
    await next(page).click();
    await page.getByRole("button", { name: "Save and finish later" }).click();
    await page.locator(".work", { hasText: "Started" }).click();
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.getByRole("link", { name: /^Change.*The others/ }).click();
    await page.locator("#a-adults").fill("4");
    await next(page).click();
    await page.getByRole("button", { name: "Check your answers" }).click();
    await page.getByRole("button", { name: "Send answers" }).click();
    await page.getByText("Sent. Thank you").waitFor();
    const { values } = await stack.api("GET", `/v1/sessions/${sid}/interactions/${made.id}?values=true`);
    assert.deepEqual(values, { adults: 4, alone: false, home: "Owned" });
  });
});

describe("r21 a workflow by the keyboard alone", () => {
  test("tab, arrows, blank and enter are enough", async () => {
    const { customer, sid } = await both("Priya");
    const made = await stack.api("POST", `/v1/sessions/${sid}/interactions`, HOUSEHOLD);
    const { page } = customer;
    await page.goto(`/r/${sid}/i/${made.id}`);
    const { keyboard } = page;
    const focusOn = async (what) => {
      for (let tries = 0; tries < 30; tries += 1) {
        if (await page.evaluate((it) => document.activeElement?.matches(it), what)) return;
        await keyboard.press("Tab");
      }
      assert.fail(`${what} is out of the keyboard's reach`);
    };
    await focusOn("[name='a.alone']");
    await keyboard.press("Space");
    await focusOn("button[value=next]");
    await keyboard.press("Enter");
    await page.locator(".runner-head p", { hasText: "Step 2 of 2" }).waitFor();
    await focusOn("#a-note");
    await keyboard.type("By keys");
    await focusOn("button[value=next]");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Check your answers" }).waitFor();
    await focusOn("form[action$='/complete'] button");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sent. Thank you" }).waitFor();
    await until("the answers", async () => {
      const { state, values } = await stack.api("GET", `/v1/sessions/${sid}/interactions/${made.id}?values=true`);
      return state === "completed" && values.note === "By keys" && values.alone === true;
    });
  });
});

test("every page kept to the rules", clean);
