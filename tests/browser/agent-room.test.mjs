// The scripts of the agent's room.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { desk, origin, ROOM, SESSION, sentOnLeaving } from "./desk.mjs";

describe("the room", () => {
  test(
    "catches up from what it shows, with the newest in view",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.some((frame) => frame.type === "hello"));
      assert.equal(at.sent.find((frame) => frame.type === "hello").since, 12);
      const box = await page.locator("#stream [data-seq='12']").boundingBox();
      const composer = await page.locator("#composer").boundingBox();
      assert.ok(box.y + box.height <= composer.y);
    }),
  );

  test(
    "sends with Enter, shows it at once, and never twice",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      await page.fill("#text", "");
      await page.click("#text");
      await page.keyboard.type("First");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("second");
      assert.ok(at.sent.some((frame) => frame.type === "typing"));
      await page.keyboard.press("Enter");
      await at.until("the message is sent", () => at.sent.some((frame) => frame.type === "message"));
      const { id, text } = at.sent.find((frame) => frame.type === "message");
      assert.equal(text, "First\nsecond");
      assert.equal(await page.inputValue("#text"), "");
      assert.equal(await page.locator(".msg[data-pending]").count(), 1);
      at.say(99, text, { from: "agent", name: "Nina Alder", id });
      await at.until("it is confirmed", async () => (await page.locator(".msg[data-pending]").count()) === 0);
      assert.equal(await page.locator(".msg", { hasText: "second" }).count(), 1);
    }),
  );

  test(
    "grows without moving what one reads or types",
    // Low enough to read further up.
    desk(ROOM, { viewport: { width: 1280, height: 520 } }, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      await page.click("#text");
      await page.keyboard.type("half a sent");
      await page.evaluate(() => {
        document.getElementById("stream-frame").scrollTop = -300;
      });
      const before = await page.locator("[data-seq='8']").boundingBox();
      for (let seq = 13; seq < 23; seq += 1) at.say(seq, `Message ${seq}`);
      await page.waitForSelector("#stream [data-seq='22']", { state: "attached" });
      const now = await page.locator("[data-seq='8']").boundingBox();
      assert.ok(Math.abs(before.y - now.y) < 2, `${before.y} ${now.y}`);
      assert.equal(await at.focused("id"), "text");
      assert.equal(await page.inputValue("#text"), "half a sent");
      await page.click("#jump");
      await at.until("the newest is in view", async () => (await page.locator("#jump").isVisible()) === false);
    }),
  );

  test(
    "r14 shows who is there, in the room and in the pane",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      at.hear({ type: "presence", customer: false, agent: true, indicator: "offline_complete" });
      await at.until(
        "the words",
        async () => (await page.textContent("[data-indicator-words]")) === "Offline, complete",
      );
      assert.equal(await page.locator(`[data-indicator-of=${SESSION}][data-indicator=offline_complete]`).count(), 2);
    }),
  );

  test(
    "r14 who is there is not overwritten by what was read before",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      let arrive;
      at.arrival = new Promise((done) => {
        arrive = done;
      });
      const before = at.asked;
      at.hear({ type: "session", seq: 13, state: "active", event: { type: "customer.joined" } });
      await at.until("the parts are asked for", () => at.asked > before);
      at.indicator = "Offline, incomplete";
      at.hear({ type: "presence", customer: false, agent: true, indicator: "offline_incomplete" });
      const words = () => page.textContent("[data-indicator-words]");
      await at.until("the news", async () => (await words()) === at.indicator);
      // What was read before shows nothing else for a moment, and has not the last word.
      await page.evaluate(() => {
        globalThis.said = [];
        const note = () => globalThis.said.push(document.querySelector("[data-indicator-words]").textContent);
        new MutationObserver(note).observe(document.getElementById("room"), {
          childList: true,
          subtree: true,
          characterData: true,
        });
      });
      const asked = at.asked;
      arrive();
      await at.until("the parts are asked for again", () => at.asked > asked);
      await at.until("the news has the last word", async () => (await words()) === at.indicator);
      assert.deepEqual(
        (await page.evaluate(() => globalThis.said)).filter((word) => word !== at.indicator),
        [],
      );
    }),
  );

  test(
    "r14 what could not be had is asked for again, though nothing more happens",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      at.failures = [503, null];
      at.fragment = "room-ended";
      at.hear({ type: "session", seq: 13, state: "ended", event: { type: "session.ended" } });
      await page.locator("#room[data-state=ended]").waitFor();
    }),
  );

  test(
    "r7 shows the PIN while one looks at it, and no longer",
    desk(ROOM, {}, async (at, page) => {
      at.answers[`/v1/sessions/${SESSION}/pin`] = { body: { pin: "482913" } };
      const shown = () => page.textContent("[data-pin-out]");
      await page.focus(".face-button");
      await at.until("the PIN by focus", async () => /482.913/.test(await shown()));
      await page.keyboard.press("Escape");
      await at.until("hidden by Escape", async () => !/482/.test(await shown()));
      await page.focus("#text");
      await page.hover(".face-button");
      await at.until("the PIN by hover", async () => /482/.test(await shown()));
      await page.mouse.move(700, 500);
      await at.until("hidden by leaving", async () => !/482/.test(await shown()));
    }),
  );

  test(
    "r12 generates a URL and copies it",
    desk(ROOM, {}, async (at, page) => {
      at.answers[`/v1/sessions/${SESSION}/links`] = {
        status: 201,
        body: { url: "https://desk.example.net/s/abc", expires_at: "2026-11-28T14:05:00Z" },
      };
      await page.click("summary[title='More actions']");
      await page.getByText("Generate session URL").click();
      await page.waitForSelector("#link[open]");
      await page.click("#link [data-do=copy]");
      await at.until(
        "copied",
        async () => (await page.evaluate(() => navigator.clipboard.readText())) === "https://desk.example.net/s/abc",
      );
    }),
  );

  test(
    "r4 r18 turns read-only at the end, keeps the draft, and comes back with Renew",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      await page.fill("#text", "not sent yet");
      at.fragment = "room-ended";
      at.hear({ type: "session", seq: 13, state: "ended" });
      await page.waitForSelector("text=This session has ended");
      assert.equal(await page.locator("#text").isEditable(), false);
      assert.equal(await page.inputValue("#text"), "not sent yet");
      assert.equal(await page.locator("[data-opens=end]").count(), 0);
      at.fragment = "room-active";
      await page.check("[name=notify]");
      await page.getByText("Renew session").click();
      await page.waitForSelector("[data-opens=end]");
      assert.equal(at.posts.at(-1).fields.notify, "true");
      assert.equal(await page.locator("#text").isEditable(), true);
    }),
  );

  test(
    "r18 asks before the end, then goes to the welcome page",
    desk(ROOM, {}, async (at, page) => {
      await page.clock.install();
      await page.keyboard.press("e");
      await page.waitForSelector("#end[open]");
      assert.equal(at.posts.length, 0);
      await page.click("#end [type=submit]");
      await page.waitForSelector(".toast-count");
      await page.clock.fastForward(9_000);
      assert.equal(at.posts.length, 0, "ten seconds to think better of it");
      await page.clock.fastForward(2_000);
      await page.waitForURL("**/console");
      assert.equal(at.posts.at(-1).path, `/v1/sessions/${SESSION}/end`);
    }),
  );

  test(
    "r18 an end is taken back by Undo, and goes out at once when one leaves",
    desk(ROOM, {}, async (at, page) => {
      await page.clock.install();
      await page.keyboard.press("e");
      await page.click("#end [type=submit]");
      await page.waitForSelector(".toast-count");
      assert.equal(await at.focused("textContent"), "Undo");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".toast >> text=The session goes on");
      await page.clock.fastForward(20_000);
      assert.equal(at.posts.length, 0);
      await page.keyboard.press("Escape");
      await page.keyboard.press("e");
      await page.click("#end [type=submit]");
      await page.waitForSelector(".toast-count");
      await page.goto(`${origin}/console`);
      await at.until("the end", () => sentOnLeaving.includes(`/v1/sessions/${SESSION}/end`));
    }),
  );

  test(
    "r8 what is wrong with a correction stands at its field, and who has joined meanwhile gets a new session",
    desk("/sample/room-invited-failed", {}, async (at, page) => {
      const path = `/v1/sessions/${SESSION}/customer`;
      await page.click("summary[title='More actions']");
      await page.click("[data-fill=correct]");
      await page.waitForSelector("#correct[open]");
      assert.equal(await page.inputValue("#correct-email"), "mara@example.net");
      await page.click("#correct [type=submit]");
      await page.waitForSelector("#correct .form-errors .banner");
      await page.fill("#correct-email", "mara@");
      await page.click("#correct [type=submit]");
      await page.waitForSelector("#correct-email-error");
      assert.equal(at.posts.length, 0, "nothing to correct, and nothing that could be one");
      await page.fill("#correct-email", "ola@example.net");
      at.answers[path] = { status: 422, body: { code: "invalid-phone", detail: "No number.", field: "phone" } };
      await page.click("#correct [type=submit]");
      await page.waitForSelector("#correct-phone-error");
      assert.deepEqual(
        [await page.inputValue("#correct-email"), at.posts.at(-1).fields.name],
        ["ola@example.net", "Mara Quist"],
      );
      at.answers[path] = { status: 409, body: { code: "already-joined", detail: "The customer has joined." } };
      await page.click("#correct [type=submit]");
      await page.click(".correct-instead button");
      await page.waitForSelector("#new-session[open]");
      assert.equal(await page.inputValue("#email"), "ola@example.net");
      // The next new session is for somebody else.
      await page.keyboard.press("Escape");
      await page.waitForSelector("#new-session", { state: "hidden" });
      // The room was brought up to date behind it, which may have moved the focus into the composer.
      await at.until("the room is up to date", () => at.asked > 0);
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press("n");
      await page.waitForSelector("#new-session[open]");
      assert.deepEqual([await page.inputValue("#name"), await page.inputValue("#email")], ["", ""]);
    }),
  );

  test(
    "r14 a row says more while one looks at its initials",
    desk("/console", {}, async (at, page) => {
      await page.hover(".pane [data-card] >> nth=0");
      await page.waitForSelector("#row-card:popover-open");
      assert.match(await page.textContent("#row-card"), /Mara Quist.*Online, incomplete.*Joined/);
      await page.mouse.move(900, 700);
      await at.until("it goes", async () => !(await page.isVisible("#row-card")));
    }),
  );

  test(
    "r14 a tap on the initials says more, and a tap on the row opens the room",
    desk("/console", { hasTouch: true, isMobile: true, viewport: { width: 390, height: 720 } }, async (_, page) => {
      const faces = page.locator("main [data-card]");
      await faces.first().tap();
      await page.waitForSelector("#row-card:popover-open");
      assert.equal(new URL(page.url()).pathname, "/console");
      await page.locator("main .open-row-name").first().tap();
      await page.waitForURL(`**${ROOM}`);
    }),
  );

  test(
    "a refused operation says why and leaves the room as it is",
    desk(ROOM, {}, async (at, page) => {
      at.answers[`/v1/sessions/${SESSION}/end`] = {
        status: 409,
        body: { code: "already-ended", detail: "It has ended already." },
      };
      await page.clock.install();
      await page.keyboard.press("e");
      await page.click("#end [type=submit]");
      await page.waitForSelector(".toast-count");
      await page.clock.fastForward(11_000);
      await page.waitForSelector(".toast >> text=It has ended already.");
      assert.equal(new URL(page.url()).pathname, ROOM);
    }),
  );

  test(
    "r15 a lost connection is a calm bar, and a screen only when it is lost for good",
    desk(ROOM, {}, async (at, page) => {
      await at.until("hello", () => at.sent.length > 0);
      await page.fill("#text", "kept");
      at.ticket = { status: 503, body: "{}" };
      at.socket.close();
      await page.waitForSelector("#connection:not([hidden])");
      assert.equal(await page.locator("#closed[open]").count(), 0);
      at.ticket = { status: 401, body: "{}" };
      await page.waitForSelector("#closed[open]");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("#closed[open]").count(), 1);
      await page.reload();
      assert.equal(await page.inputValue("#text"), "kept");
    }),
  );

  test(
    "r3 Keep open puts the warning away",
    desk("/sample/room-about-to-end", {}, async (at, page) => {
      await page.getByText("Keep open").click();
      await at.until("it is gone", async () => (await page.isVisible("#inactivity")) === false);
      assert.equal(at.posts.at(-1).path, `/v1/sessions/${SESSION}/keep-open`);
      assert.equal(await at.focused("id"), "text");
    }),
  );

  test(
    "r12 inviting without a message shows the link to pass on",
    desk("/sample/room-planned", {}, async (at, page) => {
      at.answers[`/v1/sessions/${SESSION}/invite`] = {
        body: { id: SESSION, state: "invited", url: "https://desk.example.net/s/def" },
      };
      await page.click(".banners [data-operation=invite] button");
      await page.waitForSelector("#link[open]");
      assert.equal(await page.inputValue("#link-url"), "https://desk.example.net/s/def");
    }),
  );

  test(
    "r3 counts down",
    desk("/sample/room-about-to-end", {}, async (at, page) => {
      const first = await page.textContent("[data-countdown]");
      assert.match(first, /^1:3\d$/);
      await at.until("it counts", async () => (await page.textContent("[data-countdown]")) !== first);
    }),
  );

  test(
    "works without a script",
    desk(ROOM, { javaScriptEnabled: false }, async (_, page) => {
      await page.click("[data-opens=end]");
      await page.waitForSelector("#end form[action$='/end']");
      await page.click("#end [data-do=close]");
      await page.waitForSelector("#end", { state: "hidden" });
      const newest = await page.locator("#stream [data-seq='12']").boundingBox();
      assert.ok(newest.y > 0 && newest.y < 800);
    }),
  );
});
