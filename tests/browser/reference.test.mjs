// The page for integrators, in a browser.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until, violations } from "./harness.mjs";
import { clean, person, stack } from "./people.mjs";

describe("/docs", () => {
  test("begins with a key and a request that can be copied, and works as it stands", async () => {
    const reader = await person();
    const { page } = reader;
    await reader.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(stack.url).origin });
    await page.goto("/docs");
    const quick = page.locator("#quickstart");
    await quick.getByRole("button", { name: "Copy" }).first().click();
    await quick.getByText("Copied").waitFor();
    const address = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(address.startsWith(`export PARLOR_URL=${new URL(stack.url).origin}\nexport PARLOR_KEY=`));
    await page.locator("#startSession [data-copy]").first().click();
    const request = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(request, /^curl "\$PARLOR_URL\/v1\/sessions"/);
    const body = JSON.parse(/-d '([\s\S]*)'$/.exec(request)[1]);
    assert.equal((await stack.api("POST", "/v1/sessions", body)).state, "invited");
    // Not by a picture of the whole: it is as long as the API.
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `no sideways scrolling at ${width} px`);
      assert.deepEqual(await violations(page), []);
    }
  });

  test("finds operations by word and by path, and shows where one is", async () => {
    const { page } = await person();
    await page.goto("/docs");
    await page.keyboard.press("/");
    await page.keyboard.type("renew post");
    const shown = page.locator(".contents-open a:visible");
    await until("one operation", async () => (await shown.count()) === 1);
    await page.keyboard.press("Enter");
    await page.waitForURL(/#renewSession$/);
    await page.locator("#find").fill("nothing of this name");
    await page.getByText("Nothing by that name").waitFor();
    await page.locator("#find").fill("");
    await page.locator("#codes").scrollIntoViewIfNeeded();
    await page.locator("#codes-name").evaluate((one) => one.scrollIntoView());
    await page.locator(".contents-open a[aria-current][href='#codes']").waitFor();
    assert.ok((await page.locator("#codes tbody tr").count()) > 30, "every code");
    assert.ok(await page.locator("#webhooks").getByText("webhook-signature").first().isVisible());
  });

  test("nothing on the way broke a page", clean);
});
