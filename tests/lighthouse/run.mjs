// What Lighthouse says of every kind of page, on a phone and on a desktop: performance and accessibility, of 1. It judges the
// one-machine stack as it is, signed in as whoever the page is for. Fails when one is below the bar.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse, { desktopConfig } from "lighthouse";
import { chromium } from "playwright-core";
import { Stack, until } from "../browser/harness.mjs";

const BAR = 0.99;
const CATEGORIES = ["performance", "accessibility"];
const WORKFLOW = [
  {
    id: "income",
    title: "Income",
    fields: [{ name: "amount", label: "Income a month", type: "number", required: true }],
  },
];

/** A port that is free now. */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const folder = mkdtempSync(join(tmpdir(), "parlor-lighthouse-"));
const port = await freePort();
const stack = await Stack.start();
// Lighthouse opens pages of its own, which have the cookies of the browser's own profile.
const browser = await chromium.launchPersistentContext(folder, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  chromiumSandbox: false,
  args: ["--headless", "--no-sandbox", "--disable-gpu", `--remote-debugging-port=${port}`],
  baseURL: stack.url,
});
const page = await browser.newPage();
let below = 0;

const only = process.argv.slice(2);

/** `node run.mjs settings import` judges these alone. */
async function judge(name, path) {
  if (only.length > 0 && !only.includes(name)) return;
  const scores = [];
  for (const config of [undefined, desktopConfig]) {
    const options = { port, onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error" };
    const { lhr } = await lighthouse(new URL(path, stack.url).href, options, config);
    for (const category of CATEGORIES) {
      const { score } = lhr.categories[category];
      scores.push(score);
      if (score >= BAR) continue;
      below += 1;
      const why = Object.values(lhr.audits).filter(
        ({ score: part, scoreDisplayMode }) => part !== null && part < 0.9 && scoreDisplayMode !== "informative",
      );
      console.log(
        `${name}: ${category} ${score}: ${why.map(({ id, displayValue = "" }) => `${id} ${displayValue}`).join(", ")}`,
      );
    }
  }
  console.log(`| ${name} | ${scores.join(" | ")} |`);
}

async function document(session) {
  const pdf = readFileSync(new URL("../browser/agreement.pdf", import.meta.url));
  const sha256 = createHash("sha256").update(pdf).digest("hex");
  const told = { name: "agreement.pdf", size: pdf.length, content_type: "application/pdf", sha256 };
  const { id, url, headers } = await stack.api("POST", `/v1/sessions/${session}/uploads`, told);
  await fetch(url, { method: "PUT", headers, body: pdf });
  let sent;
  await until("the document is read", async () => {
    sent = await stack
      .api("POST", `/v1/sessions/${session}/interactions`, { kind: "document", upload: id })
      .catch(() => undefined);
    return Boolean(sent);
  });
  return sent.id;
}

try {
  const mara = { name: "Mara Quist", email: "mara@example.net" };
  const { id } = await stack.api("POST", "/v1/sessions", { customer: mara });
  const workflow = await stack.api("POST", `/v1/sessions/${id}/interactions`, {
    kind: "workflow",
    title: "Income",
    steps: WORKFLOW,
  });
  const signed = await document(id);
  const link = stack.linkIn(await stack.messageTo(mara.email));

  console.log("| page | performance, phone | accessibility, phone | performance, desktop | accessibility, desktop |");
  console.log("| --- | --- | --- | --- | --- |");
  await judge("opening page", link);
  await page.goto(link);
  await page.locator("form[action$='/continue'] button").click();
  await page.waitForURL(/\/r\//);
  const room = `/r/${id}`;
  await judge("customer's room", room);
  await judge("workflow", `${room}/i/${workflow.id}`);
  await judge("document", `${room}/i/${signed}`);
  await judge("sign-in", "/login");
  await page.goto("/login");
  await page.fill("input[type=email]", stack.admin.email);
  await page.fill("input[type=password]", stack.admin.password);
  await page.click("form:has(input[type=password]) button[type=submit]");
  await page.waitForURL("**/console**");
  await judge("console", "/console");
  await judge("agent's room", `/console/s/${id}`);
  await judge("board", "/console/team");
  await judge("account", "/me");
  for (const part of ["start", "settings", "people", "teams", "keys", "webhooks", "library"]) {
    await judge(part, `/admin/${part}`);
  }
  const [team] = (await stack.api("GET", "/v1/teams")).items;
  await judge("team's settings", `/admin/teams/${team.id}`);
  await judge("new person", "/admin/people/new");
  await judge("import", "/admin/people/import");
  const [somebody] = (await stack.api("GET", "/v1/people")).items;
  await judge("person", `/admin/people/${somebody.id}`);
  const hook = { url: "https://hooks.example.com/parlor", events: ["delivery.failed"] };
  const webhook = await stack.api("POST", "/v1/webhooks", hook);
  await judge("webhook", `/admin/webhooks/${webhook.id}`);
  await judge("new entry", "/admin/library/new?kind=document");
  const text = { kind: "text", title: "Welcome", text: "Hello {name}" };
  const entry = await stack.api("POST", "/v1/library", text);
  await judge("entry", `/admin/library/${entry.id}`);
  await judge("API reference", "/docs");
} finally {
  await browser.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(below ? `${below} below ${BAR}` : `all at least ${BAR}`);
process.exitCode = below ? 1 : 0;
