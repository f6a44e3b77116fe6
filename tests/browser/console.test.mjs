// The console's scripts on its pages but the room: the New Session dialog and the keyboard.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { desk, origin, ROOM, SESSION } from "./desk.mjs";

describe("the New Session dialog", () => {
  test(
    "opens with n, says what Start waits for, and sends only what it shows",
    desk("/console", {}, async (at, page) => {
      await page.keyboard.press("n");
      assert.equal(await at.focused("name"), "name");
      const start = page.locator("[name=mode][value=start]");
      const why = page.locator(".new-why");
      assert.equal(await start.getAttribute("aria-disabled"), "true");
      assert.match(await why.textContent(), /name/);
      // Pressing it all the same puts the caret where something is missing.
      await start.click({ force: true });
      assert.match(await page.textContent("#name-error"), /name/);
      // It stands at its field, and not a second time above the buttons.
      assert.equal(await why.textContent(), "");
      assert.equal(at.posts.length, 0);

      await page.fill("#name", "Mara Quist");
      await page.getByText("Text message").click();
      assert.deepEqual([await page.isVisible("#phone"), await page.isVisible("#email")], [true, false]);
      await page.fill("#phone", "+44 7700 900123");
      assert.match(await why.textContent(), /PIN/);
      await page.click("[data-do=suggest-pin]");
      assert.match(await page.inputValue("#pin"), /^\d{6}$/);
      assert.equal(await start.getAttribute("aria-disabled"), null);
      assert.equal(await why.textContent(), "");

      // R19: another team's settings ask for no PIN, so there is none to send.
      await page.selectOption("#team", "t7mm2c");
      assert.equal(await page.isVisible("#pin"), false);
      await page.getByText("Text message").click();
      at.answers["/v1/sessions"] = {
        status: 422,
        body: { code: "invalid-phone", detail: "This number does not exist.", field: "phone" },
      };
      await start.click();
      await page.waitForSelector("#phone-error");
      assert.equal(await page.inputValue("#phone"), "+44 7700 900123");
      const first = at.posts.at(-1);
      assert.equal(first.accept, "application/json");
      assert.deepEqual(Object.keys(first.fields).sort(), [
        "channel",
        "csrf",
        "idempotency_key",
        "language",
        "mode",
        "name",
        "phone",
        "team",
      ]);

      // A refusal without a field stands above the form, and the corrected form has a key of its own.
      at.answers["/v1/sessions"] = {
        status: 409,
        body: { code: "single-active-session", detail: "End the other session first." },
      };
      await page.fill("#phone", "+44 7700 900124");
      await page.click("[name=mode][value=plan]");
      await page.waitForSelector(".form-errors .banner");
      assert.equal(at.posts.at(-1).fields.mode, "plan");
      assert.notEqual(at.posts.at(-1).fields.idempotency_key, first.fields.idempotency_key);

      // Enter starts.
      at.answers["/v1/sessions"] = { status: 201, body: { id: SESSION } };
      await page.press("#name", "Enter");
      await page.waitForURL(`**${ROOM}`);
      assert.equal(at.posts.at(-1).fields.mode, "start");
    }),
  );

  test(
    "is a part of the page without a script",
    desk(ROOM, { javaScriptEnabled: false }, async (_, page) => {
      await page.click(".pane-new");
      await page.waitForSelector("#new-session #name");
      await page.goto(`${origin}/sample/welcome-form`);
      assert.equal(await page.locator("main form[action='/v1/sessions']").count(), 1);
    }),
  );
});

describe("the history", () => {
  test(
    "a search is shown though further rows are asked for meanwhile",
    desk("/console", {}, async (at, page) => {
      let answer;
      const held = new Promise((done) => {
        answer = done;
      });
      const asked = page.waitForRequest((request) => request.url().includes("q=ma"));
      await page.route("**/console?q=ma**", async (route) => {
        await held;
        await route.fallback();
      });
      // Nor do the rows come that the end of the list asks for by itself: the link to them has to be there.
      await page.route("**cursor=**", () => {});
      await page.reload();
      await page.keyboard.press("/");
      await page.keyboard.insertText("ma");
      await asked;
      const more = page.waitForRequest((request) => request.url().includes("cursor="));
      await page.locator("[data-do=more]").click();
      await more;
      answer();
      await page.waitForSelector(".pane >> text=Mara Found");
      assert.deepEqual(at.posts, [], "reading writes nothing");
    }),
  );
});

describe("the keyboard", () => {
  test(
    "searches, walks the rows, shows its sheet, goes home",
    desk("/console", {}, async (at, page) => {
      await page.keyboard.press("/");
      assert.equal(await at.focused("id"), "q");
      // At once, or each letter could be searched for, and the second answer take the rows away.
      await page.keyboard.insertText("ma");
      await page.waitForSelector(".pane >> text=Mara Found");
      await page.keyboard.press("ArrowDown");
      assert.match(await at.focused("className"), /session-row/);
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press("j");
      const first = await at.focused("href");
      await page.keyboard.press("j");
      assert.notEqual(await at.focused("href"), first);
      await page.keyboard.press("k");
      assert.equal(await at.focused("href"), first);
      await page.keyboard.press("?");
      await page.waitForSelector("#shortcuts[open]");
      // WCAG 2.1.4: single keys can be switched off, and the browser remembers.
      await page.locator("#keys-on").uncheck();
      await page.keyboard.press("Escape");
      await page.reload();
      await page.keyboard.press("n");
      assert.equal(await page.locator("#new-session[open]").count(), 0);
      await page.evaluate(() => localStorage.clear());
      await page.goto(`${origin}${ROOM}`);
      await page.keyboard.press("g");
      await page.keyboard.press("h");
      await page.waitForURL("**/console");
    }),
  );

  test(
    "folds the pane, and the next page is folded too",
    desk("/console", {}, async (_, page) => {
      await page.click("[data-do=fold]");
      await page.goto(`${origin}${ROOM}`);
      assert.equal(await page.getAttribute("body", "data-pane"), "closed");
    }),
  );
});
