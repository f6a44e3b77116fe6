// R9 in four windows: an agent with a customer, a supervisor who asks for the session, and a colleague who must see none of it.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, enter, inRoom, person, say, sees, somebody, stack, start } from "./people.mjs";

const banner = ({ page }) => page.locator("#transfer");

/** Presses Take over, with a reason, in the session's room. */
async function ask({ page }, reason) {
  await page.locator("#transfer-reason").fill(reason);
  await page.locator("form[data-operation=transfer] button").click();
}

describe("a session changes hands", () => {
  const mara = somebody("Mara");
  let nina;
  let colleague;
  let supervisor;
  let customer;
  let sid;
  let room;

  before(async () => {
    await stack.configure({ session: { read_receipts: true }, authentication: { method: "none" } });
    nina = await person();
    colleague = await person();
    supervisor = await person();
    customer = await person({ width: 390 });
    await nina.signIn(stack.agent);
    await colleague.signIn(stack.agent2);
    await supervisor.signIn(stack.supervisor);
    sid = await start(nina, mara);
    room = `/console/s/${sid}`;
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
  });

  test("r21 both sides see that a message was seen", async () => {
    await say(nina, "Good morning, Mara");
    await sees(customer, "Good morning, Mara");
    // On a phone the chat is a sheet: it is seen once it is open.
    await say(customer, "Good morning");
    await sees(nina, "Good morning");
    const receipt = customer.page.locator(".message.mine .receipt");
    await until("the customer's receipt", async () => (await receipt.textContent())?.includes("Seen"));
    await say(nina, "Shall we begin?");
    const status = nina.page.locator(".msg-status:visible");
    await until("the agent's receipt", async () => (await status.last().textContent()) === "Seen");
    await inspect(nina.page, "agent-room-seen", { widths: [390, 1280] });
  });

  test("r20 a colleague sees nothing of it", async () => {
    await colleague.page.goto("/console");
    assert.equal(await colleague.page.getByText(mara.name).count(), 0);
    const answer = await colleague.page.goto(room);
    assert.equal(answer.status(), 404);
  });

  test("r9 the owner declines, and the supervisor may read along", async () => {
    await supervisor.page.goto(room);
    await ask(supervisor, "I know this case");
    await banner(nina).getByText("asks to take over this session").waitFor();
    await banner(nina).getByText("I know this case").waitFor();
    await inspect(nina.page, "agent-room-asked", { widths: [390, 1280] });
    await supervisor.page.locator("#transfer", { hasText: "Waiting for" }).waitFor();
    await banner(nina).getByRole("button", { name: "Decline" }).click();
    await supervisor.page.getByText("keeps this session").waitFor();
    assert.equal(await supervisor.page.locator("#text:not([readonly])").count(), 0);
    await say(customer, "Who else is here?");
    await sees(supervisor, "Who else is here?");
  });

  test("r9 the owner approves, and the customer goes on with the new one", async () => {
    await ask(supervisor, "Nina's shift is over");
    await banner(nina).getByRole("button", { name: "Approve" }).click();
    // Who handed over is back at the start, where the list has lost the row.
    await nina.page.waitForURL("**/console");
    await until(
      "Nina's list",
      async () => (await nina.page.locator(".session-row", { hasText: mara.name }).count()) === 0,
    );
    await supervisor.page.locator("#text:not([readonly])").waitFor();
    await say(supervisor, "I am taking over from Nina");
    await sees(customer, "I am taking over from Nina");
    const answer = await nina.page.goto(room);
    assert.equal(answer.status(), 404, "the session is no longer one of Nina's");
  });

  test("r9 from the board, a session whose owner is away is taken at once", async () => {
    const tove = somebody("Tove");
    await start(colleague, tove);
    await colleague.page.goto("/console");
    await supervisor.page.goto("/console/team");
    const row = supervisor.page.locator(".board-row", { hasText: tove.name });
    await row.locator("[data-do=select]").check();
    await supervisor.page.locator("[data-do=take-selected]").click();
    await supervisor.page.getByText("1 taken over").waitFor();
    await supervisor.page.reload();
    await until("the board's owner", async () => (await row.textContent()).includes("You"));
    // The colleague's list follows: what is not theirs leaves it, or is gone with the next look.
    await colleague.page.goto("/console");
    assert.equal(await colleague.page.locator(".session-row", { hasText: tove.name }).count(), 0);
  });

  test("nothing went wrong on the way", clean);
});
