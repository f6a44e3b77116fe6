// The outbox of the one-machine stack.
import { describe, test } from "node:test";
import { inspect } from "./harness.mjs";
import { person, somebody, stack, start } from "./people.mjs";

describe("the outbox", () => {
  test("lists what was sent, at every width", async () => {
    await stack.configure({ authentication: { method: "none" } });
    const one = await person();
    await one.signIn(stack.agent);
    await start(one, somebody());
    await one.page.goto("/outbox");
    await one.page.locator(".card").first().waitFor();
    await inspect(one.page, "outbox");
    one.clean();
  });
});
