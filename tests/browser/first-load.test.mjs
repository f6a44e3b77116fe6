// What a phone has to load before it shows anything.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { firstLoad } from "./harness.mjs";
import { browser, person, somebody, stack, start } from "./people.mjs";

describe("what a phone has to load", () => {
  const MOST = 14 * 1024;
  let link;

  before(async () => {
    await stack.configure({ authentication: { method: "none" } });
    const agent = await person();
    await agent.signIn(stack.agent);
    const ida = somebody("Ida");
    await start(agent, ida);
    link = stack.linkIn(await stack.messageTo(ida.email));
    await agent.close();
  });

  const list = ({ bytes, parts }) => `${bytes} bytes: ${parts.map((part) => `${part.bytes} ${part.url}`).join(", ")}`;

  test("the opening page in 14 KB", async () => {
    const load = await firstLoad(browser, stack, (page) => page.goto(link));
    console.log(`opening page: ${list(load)}`);
    assert.ok(load.bytes <= MOST, list(load));
  });

  test("the room in 14 KB, as the first page that loads its parts", async () => {
    const load = await firstLoad(browser, stack, async (page, forget) => {
      await page.goto(link);
      await page.locator("form[action$='/continue'] button").click();
      await page.waitForURL(/\/r\//);
      // What the opening page left in the cache counts too: a room may be the first thing that is opened.
      const client = await page.context().newCDPSession(page);
      await client.send("Network.clearBrowserCache");
      forget();
      await page.reload();
    });
    console.log(`room: ${list(load)}`);
    assert.ok(load.bytes <= MOST, list(load));
  });
});
