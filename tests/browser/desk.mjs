// A desk for the tests of the console's scripts: the sample pages as `templates/examples/samples.rs` writes them, with every request
// and the live connection answered here. What the functions answer for real is the journeys' business.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before } from "node:test";
import { built, launch } from "./harness.mjs";

const program = built("SAMPLES_PROGRAM", "examples/samples");
assert.ok(existsSync(program), `${program} is not built: cargo build -p parlor-templates --example samples`);
const folder = mkdtempSync(join(tmpdir(), "parlor-console-"));
execFileSync(program, [folder]);
const sample = (name) => readFileSync(join(folder, `console-${name}.html`), "utf8").replaceAll('"static/', '"/static/');

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self' wss://live.example.net; form-action 'self'";
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
export const SESSION = "k3j9d2m5n8";
// How long a page may take on a busy machine, in milliseconds.
const PATIENCE = 15_000;
export const ROOM = `/console/s/${SESSION}`;

// Addresses of the console, and the sample that stands there; `/sample/{name}` is any other.
// What pages send when they are left, which no route of the browser sees.
export const sentOnLeaving = [];
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://console");
  if (pathname.startsWith("/v1/")) sentOnLeaving.push(pathname);
  if (pathname.startsWith("/static/")) {
    response.writeHead(200, { "content-type": TYPES[extname(pathname)], "content-security-policy": POLICY });
    response.end(readFileSync(join(folder, pathname)));
    return;
  }
  const name = { "/console": "welcome-open", [ROOM]: "room-active" }[pathname] ?? pathname.slice("/sample/".length);
  if (!existsSync(join(folder, `console-${name}.html`))) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY });
  response.end(sample(name));
});

let browser;
export let origin;

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

/** One agent at one page, with everything that the page asks for answered from `answers`, and noted. */
export class Desk {
  posts = [];
  sent = [];
  offences = [];
  answers = {};
  fragment = "room-active";
  indicator = "Online, incomplete";
  asked = 0;
  /** How the parts are answered before they are answered at all: a status, or nothing for a lost connection. */
  failures = [];
  arrival = Promise.resolve();
  ticket = { status: 200, body: '{"url":"wss://live.example.net/live?ticket=fresh"}' };

  static async at(address, options = {}) {
    const desk = new Desk();
    desk.context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: "reduce",
      ...options,
    });
    await desk.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    desk.page = await desk.context.newPage();
    desk.page.setDefaultTimeout(PATIENCE);
    desk.page.on("pageerror", (error) => desk.offences.push(error.message));
    desk.page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        desk.offences.push(message.text());
    });
    await desk.page.routeWebSocket(/live\.example/, (socket) => {
      desk.socket = socket;
      socket.onMessage((text) => {
        const frame = JSON.parse(text);
        desk.sent.push(frame);
        if (frame.type === "hello")
          desk.hear({ type: "presence", customer: true, agent: true, indicator: "online_incomplete" });
        if (frame.type === "ping") desk.hear({ type: "pong" });
      });
    });
    await desk.page.route("**/v1/**", (route) => {
      const request = route.request();
      const path = new URL(request.url()).pathname;
      if (request.method() === "POST") {
        desk.posts.push({
          path,
          accept: request.headers().accept,
          fields: Object.fromEntries(new URLSearchParams(request.postData())),
        });
      }
      const { status = 200, body = {} } = desk.answers[path] ?? {};
      return route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
    });
    await desk.page.route(`**${ROOM}**`, (route) => {
      const url = new URL(route.request().url());
      if (url.pathname.endsWith("/live")) return route.fulfill({ contentType: "application/json", ...desk.ticket });
      if (url.searchParams.get("fragment") === "room") return desk.answerParts(route);
      return route.fallback();
    });
    await desk.page.route("**/console?fragment=history**", (route) =>
      route.fulfill({ contentType: "text/html", body: sample("welcome-open").replaceAll("Mara Quist", "Mara Found") }),
    );
    await desk.page.route("**/console?q=**", (route) =>
      route.fulfill({ contentType: "text/html", body: sample("welcome-open").replaceAll("Mara Quist", "Mara Found") }),
    );
    await desk.page.goto(`${origin}${address}`);
    return desk;
  }

  /** The parts of the room as they are when they are asked for, whenever they arrive. */
  async answerParts(route) {
    const body = sample(this.fragment).replaceAll("Online, incomplete", this.indicator);
    this.asked += 1;
    if (this.failures.length) {
      const status = this.failures.shift();
      return status ? route.fulfill({ status, body: "{}" }) : route.abort();
    }
    await this.arrival;
    await route.fulfill({ contentType: "text/html", body });
  }

  hear(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  say(seq, text, more = {}) {
    this.hear({
      type: "message",
      seq,
      from: "customer",
      name: "Mara Quist",
      text,
      at: new Date().toISOString(),
      id: `c${seq}`,
      ...more,
    });
  }

  async until(what, probe) {
    for (let tries = 0; tries < PATIENCE / 50; tries += 1) {
      if (await probe()) return;
      await this.page.waitForTimeout(50);
    }
    assert.fail(`not in time: ${what}`);
  }

  focused(property) {
    return this.page.evaluate((name) => document.activeElement?.[name], property);
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.offences, []);
  }
}

/** A test in which one agent is at a page: `work` gets the desk and the page. */
export const desk = (address, options, work) => async () => {
  const here = await Desk.at(address, options);
  try {
    await work(here, here.page);
  } finally {
    await here.leave();
  }
};
