// Follows every link and every form of every role, in every language, without a script: nothing is a dead end, nobody is
// shown JSON, and no page of a language has another one's words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { browser, person, somebody, stack } from "./people.mjs";

const LANGUAGES = ["en", "es", "fr", "de", "ar"];
const DAY = 24 * 60 * 60;
const ACCESS = { level: "none", minutes: null, then_limited_minutes: null, chat: false, attachments: false };

/** The texts of a language by section and key; of several forms, each. */
function catalogue(language) {
  const texts = new Map();
  let section = "";
  const folder = new URL(`../../templates/i18n/${language}/`, import.meta.url);
  const source = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), "utf8"))
    .join("\n");
  for (const line of source.split("\n")) {
    section = /^\[(\w+)\]/.exec(line)?.[1] ?? section;
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (!key || value.startsWith("[")) continue;
    const forms = [...value.replace(/ {2}#.*$/, "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
      JSON.parse(`"${text}"`),
    );
    texts.set(`${section}.${key}`, forms);
  }
  return texts;
}

/** What English says and `language` says otherwise, as patterns of whole texts. */
function englishOnly(language) {
  const own = catalogue(language);
  const patterns = [];
  for (const [key, forms] of catalogue("en")) {
    // Mails and texts are no pages.
    if (/^(mail|text)\./.test(key)) continue;
    for (const text of forms) {
      const letters = text.replace(/\{\w+\}/g, "").replace(/[^a-z]/gi, "");
      if (letters.length < 4 || own.get(key)?.includes(text)) continue;
      patterns.push(text.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, ".+?"));
    }
  }
  return new RegExp(`^(?:${patterns.join("|")})$`, "u");
}

/** Everything on a page that matters here, found by a browser that runs none of it. */
function read(parser, html, address) {
  return parser.evaluate(
    ([text, base]) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      const absolute = (href) => new URL(href, base).href;
      for (const foreign of page.querySelectorAll("[lang]:not(html)")) foreign.textContent = "";
      const texts = new Set();
      const add = (said) => said?.trim() && texts.add(said.trim().replace(/\s+/g, " "));
      const walker = page.createTreeWalker(page.documentElement, NodeFilter.SHOW_TEXT);
      while (walker.nextNode())
        if (!walker.currentNode.parentElement.closest("script, style")) add(walker.currentNode.data);
      for (const one of page.querySelectorAll("p, h1, h2, h3, li, dt, dd, label, button, a, td, th, summary, title"))
        add(one.textContent);
      for (const one of page.querySelectorAll("*")) {
        for (const { name, value } of one.attributes) {
          if (/^(aria-label|title|placeholder|alt|data-.*)$/.test(name)) add(value);
        }
      }
      const forms = [...page.forms].map((form) => ({
        method: form.method,
        // A form whose buttons each go somewhere of their own goes where the first one does.
        action: absolute(
          form.querySelector("[formaction]")?.getAttribute("formaction") ?? form.getAttribute("action") ?? "",
        ),
        fields: [...form.elements]
          .filter(
            ({ name, type, checked, disabled }) =>
              name && !disabled && (!/radio|checkbox/.test(type) || checked) && !/button|submit/.test(type),
          )
          .map(({ name, value, type }) => [name, value || (type === "search" ? "mara" : "")]),
      }));
      return {
        lang: page.documentElement.lang,
        title: page.title,
        // What leads to another place of the same page leads nowhere else, also where a form was answered.
        links: [...page.querySelectorAll("a[href]:not([download], [href^='#'])")].map(({ attributes }) =>
          absolute(attributes.href.value),
        ),
        loaded: [...page.querySelectorAll("link[href], script[src], img[src]")].map((one) =>
          absolute(one.getAttribute("href") ?? one.getAttribute("src")),
        ),
        forms,
        texts: [...texts],
      };
    },
    [html, address],
  );
}

/** One address of each kind is enough: ids and tokens are all alike. */
const kind = (address) => {
  const { pathname, searchParams } = new URL(address);
  return `${pathname.replace(/[a-z0-9]{20,}/gi, "…")}?${[...searchParams].map(([name, value]) => (name === "lang" ? value : name)).sort()}`;
};

/** Walks from `starts` with the cookies of `who`; tells everything that is wrong. `language` is what pages have to be in. */
async function crawl(who, parser, starts, language, { forms = true } = {}) {
  const english = language === "en" ? undefined : englishOnly(language);
  const headers = { accept: "text/html,application/xhtml+xml", "accept-language": language };
  const [wrong, seen, waiting, last] = [[], new Set(), starts.map((address) => ({ address, from: "the start" })), []];
  const judge = async (answer, { address, from }, expected) => {
    const type = answer.headers()["content-type"] ?? "";
    const place = `${address} (from ${from})`;
    if (expected ? !expected(answer.status()) : answer.status() >= 400) wrong.push(`${answer.status()} ${place}`);
    if (!type.startsWith("text/html")) {
      wrong.push(`${type} in a browser: ${place}`);
      return;
    }
    const page = await read(parser, await answer.text(), answer.url());
    const path = new URL(answer.url()).pathname;
    // Written for integrators and developers, in English, and says so.
    const foreign = path === "/docs" || path === "/outbox";
    const chosen = new URL(answer.url()).searchParams.get("lang");
    if (!foreign && page.lang !== (chosen ?? language))
      wrong.push(`${page.lang} instead of ${chosen ?? language}: ${place}`);
    if (english && !foreign && page.lang === language) {
      for (const text of page.texts.filter((one) => english.test(one)))
        wrong.push(`"${text}" in ${language}: ${place}`);
    }
    // What was sent leads to customers' pages, which are theirs to walk.
    for (const link of path === "/outbox" ? [] : page.links) {
      const url = new URL(link);
      if (url.origin !== new URL(stack.url).origin) continue;
      url.hash = "";
      waiting.push({ address: url.href, from: path });
    }
    for (const file of page.loaded) {
      if (seen.has(file) || !file.startsWith("http")) continue;
      seen.add(file);
      const loaded = await who.context.request.get(file);
      if (loaded.status() !== 200) wrong.push(`${loaded.status()} ${file} (loaded by ${path})`);
    }
    if (!forms || foreign) return;
    for (const form of page.forms) {
      if (form.method === "get") {
        waiting.push({ address: `${form.action.split("?")[0]}?${new URLSearchParams(form.fields)}`, from: path });
      } else {
        last.push({ ...form, address: form.action, from: path });
      }
    }
  };
  const follow = async (expected) => {
    while (waiting.length) {
      const next = waiting.shift();
      if (seen.has(kind(next.address))) continue;
      seen.add(kind(next.address));
      await judge(await who.context.request.get(next.address, { headers }), next, expected);
    }
  };
  await follow((status) => status < 400 || starts.length === 1);
  // Signing out comes after everything else, and an end after what needs an open session.
  const rank = ({ action }) => (/logout/.test(action) ? 2 : Number(/\/end$/.test(action)));
  last.sort((one, other) => rank(one) - rank(other));
  // Whom one of these puts out could not walk on: `people.test.mjs` and `keys.test.mjs` have them. What one of these deletes leads
  // nowhere any more: `webhooks.test.mjs` has it.
  const deletes = ({ fields }) => fields.some(([name, value]) => name === "do" && value === "delete");
  const lets = ({ action }) => !/\/people\/\w+\/(deactivate|sign-out)$|\/keys\/\w+\/revoke$/.test(action);
  for (const form of last.filter((form) => lets(form) && !deletes(form))) {
    const name = `${kind(form.action)} ${form.fields.map(([field]) => field).sort()}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const answer = await who.context.request.post(form.action, {
      form: Object.fromEntries(form.fields),
      headers: { ...headers, origin: new URL(stack.url).origin },
    });
    // What is empty may be refused; nothing is missing, and nothing fails.
    await judge(
      answer,
      { ...form, from: `the form on ${form.from}` },
      (status) => status < 500 && status !== 404 && status !== 405,
    );
  }
  await follow((status) => status < 400);
  return [...new Set(wrong)];
}

const configure = (changes) => stack.configure(changes);
const invited = async (first, more = {}) => {
  const customer = somebody(first);
  const { id } = await stack.api("POST", "/v1/sessions", { customer, ...more });
  return { id, link: stack.linkIn(await stack.messageTo(customer.email)) };
};
const open = {
  authentication: { method: "none", consent: { required: false, text: null } },
  end: { customer_access: ACCESS },
};

describe("no dead ends", () => {
  let parser;
  before(async () => {
    parser = await (await browser.newContext()).newPage();
    await configure(open);
    // Something to follow for everybody: open, ended, planned.
    for (const first of ["Mara", "Tove"]) await invited(first);
    const { id } = await invited("Uwe");
    await stack.api("POST", `/v1/sessions/${id}/end`, {});
    await stack.api("POST", "/v1/sessions", { customer: somebody("Vera"), mode: "plan" });
  });

  for (const language of LANGUAGES) {
    for (const role of ["agent", "supervisor", "admin"]) {
      test(`${role} in ${language}`, async () => {
        const who = await person({ locale: language, javaScript: false });
        await who.signIn(stack[role]);
        const session = await invited("Wim");
        const room = new URL(`/console/s/${session.id}`, stack.url).href;
        const starts = [new URL("/console", stack.url).href, room, new URL("/login", stack.url).href];
        assert.deepEqual(await crawl(who, parser, starts, language), []);
        await who.close();
      });
    }

    test(`nobody and customers in ${language}`, async () => {
      const wrong = [];
      const visit = async (name, address, options) => {
        const who = options?.who ?? (await person({ locale: language, javaScript: false }));
        wrong.push(...(await crawl(who, parser, [address], language, options)).map((one) => `${name}: ${one}`));
        return who;
      };
      const at = (path) => new URL(path, stack.url).href;
      await visit("signed out", at("/console"));
      await visit("an unknown link", at(`/s/${"a".repeat(58)}`));
      const { id, link } = await invited("Xia");
      const customer = await visit("a customer", link);
      await visit("in the room", at(`/r/${id}`), { who: customer });
      await visit("another device", link);
      await stack.api("POST", `/v1/sessions/${id}/device/release`, {});
      await visit("a released device", at(`/r/${id}`), { who: customer, forms: false });
      await configure({ end: { customer_access: { ...ACCESS, level: "limited", minutes: 60 } } });
      const limited = await invited("Yan");
      const reader = await visit("a customer", limited.link);
      await stack.api("POST", `/v1/sessions/${limited.id}/end`, {});
      await visit("after the end, limited", at(`/r/${limited.id}`), { who: reader });
      await configure(open);
      const ended = await invited("Zoe");
      await stack.api("POST", `/v1/sessions/${ended.id}/end`, {});
      await visit("after the end", ended.link);
      for (const [name, authentication, more] of [
        ["consent", { method: "none", consent: { required: true, text: null } }, {}],
        ["a PIN", { method: "pin" }, { pin: "4711" }],
        ["a code", { method: "otp" }, {}],
      ]) {
        await configure({ authentication });
        await visit(name, (await invited("Abe", more)).link);
        await configure(open);
      }
      const old = await invited("Bea");
      await stack.advance(7 * DAY + 1);
      await visit("an old link", old.link);
      assert.deepEqual(wrong, []);
    });
  }
});
