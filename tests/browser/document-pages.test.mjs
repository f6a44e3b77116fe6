// The scripts of a document's pages: the sample pages as `templates/examples/samples.rs` writes them, with every request answered
// here. What the functions answer for real is in `document.test.mjs`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { draw, openPad } from "./drawing.mjs";
import { built, launch, until } from "./harness.mjs";

const program = built("SAMPLES_PROGRAM", "examples/samples");
assert.ok(existsSync(program), `${program} is not built: cargo build -p parlor-templates --example samples`);
const folder = mkdtempSync(join(tmpdir(), "parlor-documents-"));
execFileSync(program, [folder]);
const sample = (name) => readFileSync(join(folder, `${name}.html`), "utf8").replaceAll('"static/', '"/static/');

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'";
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const PAGE = "/r/session/i/1";
const OPEN = ["home", "read", "signed.place", "signature"];

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://document");
  const type = TYPES[extname(pathname)] ?? "text/html; charset=utf-8";
  const name =
    searchParams.get("page") === "review" ? "document-review" : (searchParams.get("lang") ?? "document-half");
  try {
    const body = pathname.startsWith("/static/") ? readFileSync(join(folder, pathname)) : sample(name);
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});

let browser;
let origin;

before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server.close();
  rmSync(folder, { recursive: true });
});

/** How far what one sees moves when the script comes after the page was seen without it, as Layout Instability counts it. */
async function moved(path, viewport) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.moved = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) globalThis.moved += value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    let come;
    const late = new Promise((done) => {
      come = done;
    });
    await page.route("**/*.js", async (route) => {
      await late;
      await route.continue();
    });
    await page.goto(origin + path, { waitUntil: "commit" });
    await page.waitForFunction(() => performance.getEntriesByType("paint").length > 0);
    come();
    await page.locator(".leaf.laid").first().waitFor({ state: "attached" });
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
    );
    return await page.evaluate(() => globalThis.moved);
  } finally {
    await context.close();
  }
}

/** A customer at the document, half filled in; what is saved is in `saves`, and answered with what `answer` says. */
const customer = (options, work) => async () => {
  const phone = { viewport: { width: 390, height: 720 }, isMobile: true, hasTouch: true };
  const context = await browser.newContext({ reducedMotion: "reduce", ...(options.desk ? {} : phone) });
  const page = await context.newPage();
  const here = { saves: [], answer: () => ({ wrong: {} }), offences: [] };
  page.on("pageerror", (error) => here.offences.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      here.offences.push(message.text());
  });
  await page.route("**/save", (route) => {
    const fields = Object.fromEntries(new URLSearchParams(route.request().postData()));
    const answer = here.answer(fields);
    if (!answer) return route.abort();
    here.saves.push(fields);
    return route.fulfill({ contentType: "application/json", body: JSON.stringify({ progress: {}, ...answer }) });
  });
  try {
    await page.goto(`${origin}${PAGE}${options.name ? `?lang=${options.name}` : ""}`);
    await work(page, here);
    assert.deepEqual(here.offences, []);
  } finally {
    await context.close();
  }
};

const field = (page, name) => page.locator(`[name="v.${name}"]`).first();
const next = (page) => page.locator("#bar-next");
const saved = (here, name, value) =>
  until(`${name} is saved`, () => here.saves.some((fields) => fields[`v.${name}`] === value));

describe("r21 a document with a script", () => {
  test(
    "the bar leads by touch from one empty field to the next, and to the review",
    customer({}, async (page, here) => {
      await page.getByText("5 of 9").waitFor();
      await next(page).tap();
      assert.equal(await page.evaluate(() => document.activeElement.name), "v.home");
      const home = await field(page, "home").boundingBox();
      assert.ok(home.x >= 0 && home.x + home.width <= 390 && home.y > 100, "it is in view");
      const size = await field(page, "home").evaluate((input) => Number.parseFloat(getComputedStyle(input).fontSize));
      assert.ok(size >= 15.9, `letters of ${size} px can be read, and phones need not enlarge the page`);
      await field(page, "home").selectOption("Owned");
      await saved(here, "home", "Owned");
      await page.getByText("Saved", { exact: true }).waitFor();
      await next(page).tap();
      await field(page, "read").tap();
      await saved(here, "read", "on");
      assert.equal(here.saves.at(-1)["k.read"], "1");
      await next(page).tap();
      await page.keyboard.type("Kiel");
      await page.keyboard.press("Enter");
      assert.match(await page.evaluate(() => document.activeElement.className), /sign/, "Enter goes on");
      await openPad(page, "signature");
      await draw(page, "#pad-paper");
      await page.getByRole("button", { name: "Use this" }).tap();
      await page.getByText("9 of 9").waitFor();
      await until("the signature is saved", () => here.saves.some((fields) => fields["v.signature"]));
      const { path, pen } = JSON.parse(here.saves.at(-1)["v.signature"]);
      assert.match(path, /^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+/);
      assert.ok(pen > 0);
      await page.getByRole("button", { name: "Check and sign" }).tap();
      await page.waitForURL(/page=review/);
    }),
  );

  test(
    "a signature is taken back stroke by stroke, typed instead, and used again by one tap",
    customer({}, async (page, here) => {
      const sign = page.locator("[data-question=signature] .sign");
      await sign.tap();
      await page.getByRole("button", { name: "Use this" }).tap();
      await page.getByText("Draw or type first.").waitFor();
      await draw(page, "#pad-paper");
      await draw(page, "#pad-paper", { dot: true });
      const strokes = () => page.locator("#pad-ink path").getAttribute("d");
      assert.equal((await strokes()).split("M").length, 3);
      await page.getByRole("button", { name: "Undo" }).tap();
      assert.equal((await strokes()).split("M").length, 2);
      await page.getByRole("button", { name: "Clear" }).tap();
      assert.equal(await strokes(), "");
      await page.locator(".pad-how label", { hasText: "Type" }).tap();
      assert.equal(await page.locator("#pad-text").inputValue(), "Mara Quist", "it begins with the customer's name");
      await page.locator("#pad-text").fill("M. Quist");
      await page.getByRole("button", { name: "Use this" }).tap();
      await saved(here, "signature", "M. Quist");
      await sign.tap();
      await page.getByRole("button", { name: "Remove" }).tap();
      await saved(here, "signature", "");
      here.saves.length = 0;
      await sign.tap();
      await saved(here, "signature", "M. Quist");
    }),
  );

  test(
    "the keyboard alone is enough",
    customer({ desk: true }, async (page, here) => {
      const { keyboard } = page;
      const focusOn = async (what) => {
        for (let tries = 0; tries < 40; tries += 1) {
          if (await page.evaluate((it) => document.activeElement?.matches(it), what)) return;
          await keyboard.press("Tab");
        }
        assert.fail(`${what} is out of the keyboard's reach`);
      };
      await focusOn("[name='v.home']");
      await keyboard.press("ArrowDown");
      await saved(here, "home", "Rented");
      await focusOn("[name='v.read']");
      await keyboard.press("Space");
      await keyboard.press("Enter");
      await keyboard.type("Kiel");
      await keyboard.press("Enter");
      await keyboard.press("Enter");
      await page.getByRole("dialog", { name: "Your signature" }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), "pad-text", "by key, one types");
      await keyboard.press("Enter");
      await saved(here, "signature", "Mara Quist");
      assert.match(await page.evaluate(() => document.activeElement.className), /sign/, "the focus is back");
      await focusOn("#bar-next");
      await keyboard.press("Enter");
      await page.waitForURL(/page=review/);
    }),
  );

  test(
    "what cannot be saved is said, kept through a reload, and saved later",
    customer({ desk: true }, async (page, here) => {
      here.answer = () => null;
      await field(page, "signed.place").fill("Kiel");
      await page.getByText("Not saved yet. We keep trying.").waitFor();
      for (const name of OPEN.slice(0, 2)) assert.ok(await field(page, name).isVisible());
      await page.locator("[data-question=signature] .sign").focus();
      await page.keyboard.press("Enter");
      await page.locator("#pad-text").fill("M. Quist");
      await page.keyboard.press("Enter");
      await page.reload();
      assert.equal(await field(page, "signed.place").inputValue(), "Kiel");
      assert.equal(await page.locator("[data-question=signature] .sign-typed").textContent(), "M. Quist");
      here.answer = () => ({ wrong: {} });
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await saved(here, "signed.place", "Kiel");
      await page.reload();
      assert.equal(await field(page, "signed.place").inputValue(), "", "what is saved is the server's to show");
    }),
  );

  test(
    "what is wrong is said beside its field, and the bar leads back to it",
    customer({ desk: true }, async (page, here) => {
      const isNumber = (fields) => /^\d+$/.test(fields["v.income"] ?? "0");
      here.answer = (fields) => ({ wrong: isNumber(fields) ? {} : { income: "Enter a number in digits." } });
      await field(page, "income").fill("much");
      await field(page, "remarks").focus();
      await until("it is marked", async () => (await field(page, "income").getAttribute("aria-invalid")) === "true");
      await field(page, "income").focus();
      await page.getByText("Enter a number in digits.").waitFor();
      await field(page, "income").fill("42000");
      await field(page, "home").selectOption("Owned");
      await field(page, "read").check();
      await field(page, "signed.place").fill("Kiel");
      await page.locator("[data-question=signature] .sign").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
      await field(page, "income").fill("about as much");
      await page.locator("#bar[data-ready]").waitFor();
      await next(page).click();
      await until("it leads back", () => page.evaluate(() => document.activeElement.name === "v.income"));
      assert.doesNotMatch(page.url(), /review/);
    }),
  );

  test(
    "one name has one value, wherever it stands",
    customer({ desk: true }, async (page, here) => {
      await page.locator('[name="v.applicant.fullName"]').first().fill("Mara Lund");
      assert.equal(await page.locator('[name="v.applicant.fullName"]').last().inputValue(), "Mara Lund");
      await saved(here, "applicant.fullName", "Mara Lund");
    }),
  );

  test(
    "pages are as wide as the screen, larger by a button, and never wider than what scrolls them",
    customer({}, async (page) => {
      const wide = () =>
        page
          .locator(".paper")
          .first()
          .evaluate((paper) => paper.clientWidth);
      assert.ok((await wide()) < 390);
      await page.getByRole("button", { name: "Larger" }).tap();
      assert.ok((await wide()) > 420);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      await page.getByRole("button", { name: "Smaller" }).tap();
      assert.ok((await wide()) < 390);
      assert.equal(await page.locator(".leaf").count(), 2, "every page is there");
    }),
  );

  test("pictures whose addresses have run out are asked for again", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let asked = 0;
    await page.route(`**${PAGE}`, (route) => {
      asked += 1;
      const body = sample("document-half").replaceAll(".svg", `.svg?for-a-while=${asked}`);
      return route.fulfill({ contentType: "text/html", body });
    });
    await page.route("**/*.svg?for-a-while=1", (route) => route.fulfill({ status: 403 }));
    await page.goto(`${origin}${PAGE}`);
    await until("the new picture is there", () =>
      page
        .locator(".paper > img")
        .first()
        .evaluate((picture) => picture.src.endsWith("=2") && picture.naturalWidth > 0),
    );
    await context.close();
  });
});

describe("the script comes late", () => {
  for (const [what, path] of [
    ["the first page", PAGE],
    ["a later page", `${PAGE}?lang=document-page-2`],
  ]) {
    for (const viewport of [
      { width: 390, height: 720 },
      { width: 1280, height: 800 },
    ]) {
      test(`${what} stays where it is at ${viewport.width} px`, async () => {
        // What Core Web Vitals call good.
        const share = await moved(path, viewport);
        assert.ok(share < 0.1, `it moves by ${share}`);
      });
    }
  }
});
