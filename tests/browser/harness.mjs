// What every browser test needs: a stack of its own, Chromium, people in windows, and the checks that hold on every page.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const screenshots = join(here, "screenshots");
// A run whose pictures nobody looks at takes none.
const pictured = process.env.PARLOR_SCREENSHOTS !== "off";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Notes something that no log may hold, in the folder that `cargo xtask test` gives (tests/src/canary.rs). Tokens, cookies
 * and keys end with their secret, of 32 characters. What is shorter than 12 is a PIN or a code, or nothing.
 */
function canary(what, text, session) {
  const folder = process.env.PARLOR_TEST_CANARIES;
  if (!folder || !text) return;
  const known =
    text.length >= 12 ? { what, text } : /^\d{4,}$/.test(text) ? { what, text, session: session ?? "" } : undefined;
  if (known) appendFileSync(join(folder, `browser-${process.pid}.jsonl`), `${JSON.stringify(known)}\n`);
}

/** Notes the token of a link, or the ticket of a live connection, in an address or a text. */
function canaryIn(text) {
  for (const found of (text ?? "").matchAll(/\/s\/([\w-]{32,})|ticket=([\w.-]{32,})/g)) {
    canary("a token", (found[1] ?? found[2]).slice(-32));
  }
}

/** Notes what is secret in the fields of a form. */
function canaryFields(fields, session) {
  for (const [name, value] of fields) {
    if (["email", "phone", "password"].includes(name) && value.length >= 12) canary(`a form's ${name}`, value);
    if (["pin", "code"].includes(name) && /^\d+$/.test(value)) canary("a PIN or code", value, session);
    if (name === "csrf") canary("a form's token", value.slice(-32));
  }
}

/** The widths that pages are looked at: the narrowest phone, an ordinary one, a desk. */
export const WIDTHS = [320, 390, 1280];

/** How long anything that happens by itself (a live update, a mail) may take. */
export const SOON = 20_000;

/** A program of ours: what `variable` names, or what lies where cargo builds. */
export function built(variable, path) {
  if (process.env[variable]) return process.env[variable];
  const asked = ["metadata", "--no-deps", "--format-version", "1"];
  const said = execFileSync("cargo", asked, { cwd: here, encoding: "utf8", maxBuffer: 2 ** 26 });
  return join(JSON.parse(said).target_directory, "debug", path);
}

/** One Parlor on a free port that keeps nothing. */
export class Stack {
  #process;

  /** With the demo's people and key; without, it has a setup link and nobody. */
  static async start({ demo = true } = {}) {
    const program = built("PARLOR_PROGRAM", "parlor");
    assert.ok(existsSync(program), `${program} is not built: cargo build`);
    const stack = new Stack();
    stack.#process = spawn(program, ["--ephemeral", "--port", "0", "--ready-json", ...(demo ? [] : ["--no-demo"])], {
      cwd: resolve(here, "../.."),
      stdio: ["ignore", "pipe", "pipe"],
      // What is logged where it is deployed.
      env: { ...process.env, PARLOR_LOG: process.env.PARLOR_TEST_LOGS ? "info" : "warn" },
    });
    stack.log = "";
    stack.#process.stderr.on("data", (chunk) => {
      stack.log += chunk;
      const folder = process.env.PARLOR_TEST_LOGS;
      if (folder) appendFileSync(join(folder, `browser-${process.pid}.log`), chunk);
    });
    const lines = createInterface({ input: stack.#process.stdout });
    const ready = new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        try {
          const said = JSON.parse(line);
          if (said.url && (said.agent || said.setup_url)) return resolve(said);
        } catch {
          // Something else that it says.
        }
        stack.log += `${line}\n`;
      });
      stack.#process.once("error", reject);
      stack.#process.once("exit", (code) => reject(new Error(`parlor ended with ${code}:\n${stack.log}`)));
    });
    Object.assign(stack, await within(60_000, ready, () => `parlor was not ready after a minute:\n${stack.log}`));
    if (!demo) {
      canary("a setup link's token", stack.setup_url.slice(-32));
      return stack;
    }
    canary("an API key", stack.api_key.slice(-32));
    for (const person of [stack.admin, stack.supervisor, stack.agent, stack.agent2])
      canary("a password", person.password);
    return stack;
  }

  async stop() {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGTERM");
    await Promise.race([gone, sleep(5_000).then(() => this.#process.kill("SIGKILL"))]);
  }

  /** Every mail and text so far, oldest first. */
  async outbox() {
    const answer = await fetch(this.outbox_url.replace(/\/outbox$/, "/outbox.json"));
    assert.equal(answer.status, 200);
    const items = await answer.json();
    for (const { to, text } of items) {
      for (const one of [to].flat()) canary("an address", one);
      canaryIn(text);
    }
    return items;
  }

  /** The newest message to `to`, waited for; `skip` is how many of them were seen before. */
  async messageTo(to, skip = 0) {
    return until(`a message to ${to}`, async () => {
      const found = (await this.outbox()).filter((item) => item.to.includes(to));
      return found.length > skip ? found.at(-1) : undefined;
    });
  }

  /** The customer's link in a message. */
  linkIn(message) {
    const link = /https?:\/\/\S+\/s\/[^\s"'<>]*[\w~-]/.exec(message.text ?? message.html)?.[0];
    assert.ok(link, `no link in: ${message.text}`);
    return link;
  }

  /** Makes the clock that the product reads jump forward; what is due runs. */
  async advance(seconds) {
    const answer = await fetch(this.clock_url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ advance_seconds: seconds }),
    });
    assert.ok(answer.ok, `the clock answered ${answer.status}: ${await answer.text()}`);
  }

  /** Changes the system's settings, key by key, and leaves the others. */
  async configure(changes) {
    const answer = await fetch(new URL("/v1/settings", this.url), {
      headers: { authorization: `Bearer ${this.api_key}` },
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, `GET /v1/settings answered ${answer.status}: ${text}`);
    await this.api("PUT", "/v1/settings", merged(JSON.parse(text), changes), {
      "if-match": answer.headers.get("etag") ?? "*",
    });
  }

  /** An operation of the API with the demo's key; the answer's JSON. */
  async api(method, path, body, headers = {}) {
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.api_key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path} answered ${answer.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

/** Lays `over` upon `base`, key by key. */
function merged(base, over) {
  if (typeof over !== "object" || over === null || Array.isArray(over)) return over;
  return Object.fromEntries(
    Object.keys({ ...base, ...over }).map((key) => [
      key,
      key in over ? merged(base?.[key] ?? {}, over[key]) : base[key],
    ]),
  );
}

/** One Chromium for a test file. */
export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    chromiumSandbox: false,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * One person at one browser: a window with cookies of its own, and a list of everything that a page must not do.
 * `width` decides whether it is a phone.
 */
export class Person {
  static async at(
    browser,
    stack,
    { width = 1280, javaScript = true, dark = false, cookies = true, locale = "en" } = {},
  ) {
    const person = new Person();
    person.stack = stack;
    const phone = width < 600;
    person.context = await browser.newContext({
      viewport: { width, height: phone ? 720 : 800 },
      isMobile: phone,
      hasTouch: phone,
      javaScriptEnabled: javaScript,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
      locale,
      baseURL: stack.url,
    });
    person.context.setDefaultTimeout(SOON);
    person.offences = [];
    person.cookies = cookies;
    person.context.on("page", (page) => person.#watch(page));
    person.page = await person.context.newPage();
    return person;
  }

  #watch(page) {
    // The bucket of files has an origin of its own, on the same machine.
    const own = [new URL(this.stack.url).hostname, "127.0.0.1"];
    page.on("pageerror", (error) => this.offences.push(`script error on ${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      // A status that is an answer (403, 410) is logged by the browser as an error too, also where it answers a
      // handshake: a page that reconnects just when its session ends is refused. Those have checks of their own.
      const answered = /Failed to load resource|WebSocket handshake: Unexpected response code: 403/;
      if (message.type() === "error" && !answered.test(message.text())) {
        this.offences.push(`console error on ${page.url()}: ${message.text()}`);
      }
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      canaryIn(request.url());
      const session = /\/(?:s|r|sessions)\/([a-z0-9]{26})/.exec(url.pathname)?.[1];
      const form = request.headers()["content-type"]?.startsWith("application/x-www-form-urlencoded");
      if (form) canaryFields(new URLSearchParams(request.postData() ?? ""), session);
      if (/^https?:$/.test(url.protocol) && !own.includes(url.hostname))
        this.offences.push(`third party: ${request.url()}`);
    });
    page.on("websocket", (socket) => canaryIn(socket.url()));
    page.on("response", (response) => {
      if (response.status() >= 500 && response.status() !== 503) {
        this.offences.push(`${response.status()} ${response.request().method()} ${response.url()}`);
      }
    });
  }

  /** Signs in at `/login` as one of the demo's people. */
  async signIn({ email, password }) {
    await this.page.goto("/login");
    await this.page.locator("input[type=email]").fill(email);
    await this.page.locator("input[type=password]").fill(password);
    await this.page.locator("form:has(input[type=password]) button[type=submit]").click();
    await this.page.waitForURL("**/console**");
  }

  /** Fails on anything that a page did and must not do. */
  clean() {
    assert.deepEqual(this.offences, []);
  }

  /** Notes the cookies of this window. */
  async told() {
    for (const { name, value } of await this.context.cookies()) {
      // Ids of sessions and of staff, which may stand in logs.
      if (!["__Host-parlor_noted", "__Host-parlor_scope", "__Host-parlor_inside"].includes(name))
        canary("a cookie", value.slice(-32));
    }
  }

  async close() {
    await this.told();
    await this.context.close();
  }
}

/**
 * Looks at the page as it is: screenshots at every width under `screenshots/<name>-<width>.png`, no sideways scrolling at
 * any, and no violation that axe finds, which needs a page that runs scripts.
 */
export async function inspect(page, name, { widths = WIDTHS, rules, scripted = true } = {}) {
  mkdirSync(dirname(join(screenshots, name)), { recursive: true });
  const before = page.viewportSize();
  const problems = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 600 ? 720 : 800 });
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (scripted) await page.evaluate(drawn).catch(() => {});
    if (pictured) {
      await page.screenshot({
        path: join(screenshots, `${name}-${width}.png`),
        fullPage: true,
        animations: "disabled",
      });
    }
    const wide = await page.evaluate(
      () => document.scrollingElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wide > 0) problems.push(`${name} scrolls sideways by ${wide} px at ${width} px`);
    const found = scripted ? await violations(page, rules) : [];
    problems.push(...found.map((violation) => `${name} at ${width} px: ${violation}`));
  }
  await page.setViewportSize(before);
  assert.deepEqual(problems, []);
}

/** What axe finds wrong, in words; with `rules`, only by the rules with these tags. */
export async function violations(page, rules) {
  // Evaluated rather than added to the page: its policy would rightly refuse a foreign script.
  await page.evaluate(`if (!window.axe) { ${axeSource} }`);
  const found = await page.evaluate(
    (tags) =>
      window.axe.run(document, {
        resultTypes: ["violations"],
        ...(tags && { runOnly: { type: "tag", values: tags } }),
      }),
    rules,
  );
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id} (${help}): ${nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join(" | ")}`,
  );
}

/** What a first visit to `path` moves over the network, compressed, in bytes, with a list of what. */
export async function firstLoad(browser, stack, visit) {
  const person = await Person.at(browser, stack, { width: 390 });
  const parts = [];
  try {
    const pending = [];
    person.page.on("requestfinished", (request) => {
      pending.push(request.sizes().then((sizes) => parts.push({ url: request.url(), bytes: sizes.responseBodySize })));
    });
    await visit(person.page, () => {
      parts.length = 0;
      pending.length = 0;
    });
    await person.page.waitForLoadState("networkidle");
    await Promise.all(pending);
    return { bytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
  } finally {
    await person.close();
  }
}

/**
 * Presses what sends a form, and waits until the page that answers has taken this one's place: before that, no page can be
 * loaded again.
 */
export async function submit(page, button) {
  await Promise.all([page.waitForEvent("framenavigated"), button.click()]);
}

/** Loads the page again, inside of `until`: while another page is taking its place, nothing can be loaded, and it is asked again. */
export async function loadedAgain(page) {
  try {
    await page.reload();
    return true;
  } catch (error) {
    if (/Not attached to an active page/.test(error.message)) return false;
    throw error;
  }
}

/** Asks again until there is an answer. */
export async function until(what, ask, timeout = SOON) {
  const deadline = performance.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false && answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeout / 1000} s`);
    await sleep(50);
  }
}

async function within(timeout, promise, explain) {
  const controller = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(timeout, undefined, { signal: controller.signal }).then(() => {
        throw new Error(explain());
      }),
    ]);
  } finally {
    controller.abort();
  }
}
