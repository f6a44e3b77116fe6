// How a company looks to its customers: the demo's from the first mail on, and one with a light accent.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "./harness.mjs";
import { clean, person, somebody, stack } from "./people.mjs";

const BLACK = "rgb(0, 0, 0)";

async function invited(first) {
  const customer = somebody(first);
  await stack.api("POST", "/v1/sessions", { customer });
  return stack.messageTo(customer.email);
}

const colours = (locator) =>
  locator.evaluate((one) => {
    const { backgroundColor, color } = getComputedStyle(one);
    return { backgroundColor, color };
  });

describe("the company", () => {
  test("the demo has a name, a logo and an accent, in the first mail and on the first page", async () => {
    const mail = await invited("Ann");
    const customer = await person({ width: 390 });
    await customer.page.goto(stack.linkIn(mail));
    const name = (await customer.page.locator(".company").textContent()).trim();
    assert.notEqual(name, "Lending", "a company, not a team");
    assert.ok(mail.subject.includes(name) && mail.text.includes(name));
    const logo = /<img[^>]* src="([^"]+)"/.exec(mail.html)[1];
    const file = await customer.context.request.get(logo);
    assert.deepEqual([file.status(), file.headers()["content-type"]], [200, "image/svg+xml"]);
    assert.ok(await customer.page.locator("img.logo").evaluate((one) => one.complete && one.naturalWidth > 0));
    await inspect(customer.page, "opening-brand");
  });

  test("a light accent is used as given, with dark text on it, in pages and mails, light and dark", async () => {
    await stack.configure({ branding: { accent: "#ffd400" } });
    const mail = await invited("Ben");
    for (const dark of [false, true]) {
      const customer = await person({ width: 390, dark });
      await customer.page.goto(stack.linkIn(mail));
      const given = { backgroundColor: "rgb(255, 212, 0)", color: BLACK };
      assert.deepEqual(await colours(customer.page.locator(".button-primary")), given);
      await inspect(customer.page, `opening-light-accent${dark ? "-dark" : ""}`);
      // A page of its own: the mail's styles are inline, which no page of ours allows.
      const read = await customer.context.newPage();
      await read.setContent(mail.html);
      assert.deepEqual(await colours(read.locator("a.go")), given);
    }
  });

  test("nothing on the way broke a page", clean);
});
