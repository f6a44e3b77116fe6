// What the journeys share: one stack and one browser for a test file, its people, and what people do again and again.
import { after, before } from "node:test";
import { launch, Person, SOON, Stack, until } from "./harness.mjs";

export let stack;
export let browser;
const people = [];

before(async () => {
  stack = await Stack.start();
  browser = await launch();
});

after(async () => {
  // Who has left before told then.
  await Promise.allSettled(people.map((one) => one.told()));
  await browser?.close();
  await stack?.stop();
});

export async function person(options) {
  const one = await Person.at(browser, stack, options);
  people.push(one);
  return one;
}

let customers = 0;
/** A customer that no other test knows. */
export function somebody(first = "Mara") {
  customers += 1;
  return { name: `${first} Quist`, email: `${first.toLowerCase()}${customers}@example.net` };
}

/** Starts a session in the New Session dialog; the agent is in its room then. */
export async function start(agent, { name, email, pin }) {
  const { page } = agent;
  await page.goto("/console");
  await page
    .getByRole("button", { name: "New session" })
    .or(page.getByRole("link", { name: "New session" }))
    .first()
    .click();
  const form = page.locator("form[data-new]:visible");
  await form.locator("[name=name]").fill(name);
  await form.locator("input[type=radio][value=email]").check({ force: true });
  await form.locator("[name=email]").fill(email);
  if (pin) await form.locator("[name=pin]").fill(pin);
  await form.locator("button[name=mode][value=start]").click();
  await page.waitForURL(/\/console\/s\/[a-z0-9]+$/);
  return page.url().split("/").at(-1);
}

/** From the link to the room, or to the PIN page where there is one. */
export async function enter(customer, link) {
  await customer.page.goto(link);
  await customer.page.locator("form[action$='/continue'] button").click();
}

export async function enterPin(customer, pin) {
  await customer.page.locator("[name=code]").fill(pin);
  await customer.page.locator("form[action$='/pin'] button").click();
}

/** The part of somebody's page with this name. */
export const part = ({ page }, name) => page.locator(`[data-part="${name}"]`).first();

export async function inRoom(customer) {
  await customer.page.waitForURL(/\/r\/[a-z0-9]+$/);
  await customer.page.locator("#room").waitFor();
}

/** Writes in whichever room. The customer's chat is a sheet on a phone with a script, a section without one. */
export async function say(who, text) {
  const opener = who.page.locator("#chat-open");
  if (await opener.isVisible()) await opener.click();
  const field = who.page.locator("#text");
  await field.fill(text);
  await field.locator("xpath=ancestor::form").locator("button").first().click();
}

export async function sees(who, text) {
  await who.page.getByText(text, { exact: false }).first().waitFor({ state: "attached", timeout: SOON });
}

const indicator = (agent) => agent.page.locator(".who-indicator");

export async function shows(agent, words) {
  await until(`the indicator ${words}`, async () => (await indicator(agent).textContent())?.trim() === words);
}

export const reason = (page) => page.locator("meta[name='parlor:reason']").getAttribute("content");

export async function endSession(agent) {
  await agent.page.locator("[data-opens=end]").click();
  await agent.page.locator("#end form button[type=submit]").click();
  // It can be taken back for ten seconds.
  await agent.page.locator(".toast-count").waitFor({ state: "detached", timeout: 15_000 });
}

/** Every page that a person saw kept to the rules. */
export function clean() {
  for (const one of people) one.clean();
}
