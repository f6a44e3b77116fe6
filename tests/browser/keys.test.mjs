// API keys: an admin makes one in the browser, a program uses it, and it is revoked.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, person, stack } from "./people.mjs";

/** What a program is answered that brings the key. */
const asked = async (key, path) =>
  (await fetch(new URL(path, stack.url), { headers: { authorization: `Bearer ${key}` } })).status;

describe("API keys", () => {
  let ada;
  let key;

  before(async () => {
    ada = await person();
    await ada.signIn(stack.admin);
  });

  test("r20 a key is made for what it is for, and shown once", async () => {
    const { page } = ada;
    await page.goto("/admin/settings");
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByLabel("What it is for").fill("Nightly figures");
    await inspect(page, "admin-keys", { widths: [390, 1280] });
    await page.getByRole("button", { name: "Make a key" }).click();
    key = await page.getByLabel("Key").inputValue();
    assert.match(key, /^parlor_/);
    await inspect(page, "admin-key", { widths: [390, 1280] });
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied").first().waitFor();
    await page.getByRole("link", { name: "I have copied it" }).click();
    await page.getByText("Nightly figures").first().waitFor();
    assert.ok(!(await page.content()).includes(key.split("_").slice(4).join("_")));
  });

  test("r20 it may do that and nothing else", async () => {
    assert.equal(await asked(key, "/v1/sessions"), 200);
    assert.equal(await asked(key, "/v1/settings"), 403);
  });

  test("r20 a revoked key is refused from then on", async () => {
    const { page } = ada;
    const row = page.getByRole("listitem").filter({ hasText: "Nightly figures" });
    await row.getByText("Revoke").first().click();
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("The key is revoked.").waitFor();
    assert.equal(await asked(key, "/v1/sessions"), 401);
    await until("the row is gone", async () => (await row.count()) === 0);
  });

  clean();
});
