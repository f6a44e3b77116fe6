// Every sample of every page and mail, as `templates/examples/samples.rs` writes them: fits 320 px, passes axe in light
// and dark, breaks no policy. Behaviour is the journeys' business; scripts run here only as far as a page without a
// server can.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { built, inspect, launch } from "./harness.mjs";

const program = built("SAMPLES_PROGRAM", "examples/samples");
assert.ok(existsSync(program), `${program} is not built: cargo build -p parlor-templates --example samples`);

const folder = mkdtempSync(join(tmpdir(), "parlor-samples-"));
execFileSync(program, [folder]);
const names = readdirSync(folder)
  .filter((file) => extname(file) === ".html")
  .map((file) => file.slice(0, -".html".length));

// As strict as the pages' own policy: nothing inline, nothing from elsewhere. A mail brings its style along.
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'";
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://samples");
  try {
    const body = readFileSync(join(folder, pathname));
    response.writeHead(200, {
      "content-type": TYPES[extname(pathname)] ?? "application/octet-stream",
      "content-security-policy": pathname.startsWith("/mail-") ? MAIL_POLICY : POLICY,
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});

// A mail program is the page around a mail, and the parts stand on no page at all: landmarks and a first heading are
// somebody else's business there. WCAG holds for all.
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

let browser;
let page;
let offences;

before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  browser = await launch();
  const context = await browser.newContext({ reducedMotion: "reduce" });
  page = await context.newPage();
  page.on("pageerror", (error) => offences.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // A sample's live address and what it would fetch lead nowhere.
    if (
      message.type() === "error" &&
      !/Failed to load resource|WebSocket|live\.example|connect-src/.test(message.text())
    ) {
      offences.push(message.text());
    }
  });
});

after(async () => {
  await browser?.close();
  server.close();
  rmSync(folder, { recursive: true });
});

for (const name of names) {
  test(`${name} fits a phone and a desk and is accessible in light and dark`, async () => {
    offences = [];
    const address = `http://127.0.0.1:${server.address().port}/${name}.html`;
    const problems = [];
    for (const [colorScheme, width] of [
      ["light", 320],
      ["light", 1280],
      ["dark", 390],
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width < 600 ? 720 : 800 });
      await page.goto(address);
      const rules = name.startsWith("mail-") || name === "parts" ? WCAG : undefined;
      await inspect(page, `views/${name}-${colorScheme}`, { widths: [width], rules }).catch((error) =>
        problems.push(...(error.actual ?? [error.message])),
      );
    }
    assert.deepEqual([...problems, ...offences], []);
  });
}

test("there are samples of pages and mails", () => {
  for (const kind of [
    "opening",
    "pin",
    "code",
    "room",
    "unknown",
    "device",
    "console-room",
    "console-welcome",
    "console-login",
    "mail-",
    "parts",
  ]) {
    assert.ok(
      names.some((name) => name.startsWith(kind)),
      kind,
    );
  }
});
