// People from a table of sixty rows, as a program for tables in Western Europe writes it: semicolons, Windows' letters and line
// ends, and the mistakes that such tables have.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, SOON } from "./harness.mjs";
import { clean, person, stack } from "./people.mjs";

const HEAD = "Name;Email;Role;Teams;Settings_of";
// Each with what is said of it.
const WRONG = [
  ["Eve Roy;eve at example.org;agent;Lending;", "This is no address"],
  ["Jörg Weiß;joerg.weiss01@example.org;agent;Lending;", "The same address stands in an earlier row"],
  ["Ola Berg;ola@example.org;agent;Fishing;", "There is no such team"],
  ["Ines Duarte;ines@example.org;owner;Lending;", "There is no such role"],
  [";nobody@example.org;agent;Lending;", "The name is missing or too long"],
  ["=HYPERLINK(A1);link@example.org;agent;Lending;", "This is a formula, not a name"],
  ["#NAME?;name@example.org;agent;Lending;", "This is a formula, not a name"],
  ["Tom Reed;tom@example.org;agent;;", "No team is named"],
];
// Two digits for each, roles in any case, and none, which is an agent.
const good = (number) => {
  const two = String(number).padStart(2, "0");
  const role = ["agent", "Supervisor", ""][number % 3];
  return `Jörg Weiß ${two};joerg.weiss${two}@example.org;${role};Lending;`;
};
const GOOD = Array.from({ length: 60 - WRONG.length }, (_, place) => good(place + 1));
const ROWS = [...GOOD, ...WRONG.map(([row]) => row)];

/** As a file of Windows in Western Europe, with the empty rows that are left below a table. */
const table = (rows) => Buffer.from([HEAD, ...rows, ";;;;", ""].join("\r\n"), "latin1");
const take = (page, buffer) =>
  page.locator("#file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
const lookAt = (page) => page.getByRole("button", { name: "Look at every row" }).click();
const cell = (page, row) => page.locator("tbody tr", { has: page.locator(`td:first-child:text-is("${row}")`) });

describe("sixty people from a table", () => {
  let ada;

  before(async () => {
    ada = await person();
    await ada.signIn(stack.admin);
    await ada.page.goto("/admin/people/import");
  });

  test("every row is looked at and says what is wrong with it", async () => {
    const { page } = ada;
    await take(page, table(ROWS));
    await page.waitForFunction(() => document.querySelector("#rows").value.includes("Jörg Weiß 52"));
    await lookAt(page);
    await page.getByText(`Of 60 rows ${GOOD.length} are in order.`).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 60);
    for (const [place, [, said]] of WRONG.entries()) {
      // The first row of the table names the columns.
      await cell(page, GOOD.length + place + 2)
        .getByText(said)
        .waitFor();
    }
    assert.match(await cell(page, 3).textContent(), /Jörg Weiß 02.*Agent/s, "without a role somebody is an agent");
    assert.match(await cell(page, 2).textContent(), /Jörg Weiß 01.*Supervisor/s);
    assert.match(await cell(page, GOOD.length + 5).textContent(), /owner/, "what was written stays to be seen");
    await inspect(page, "admin-import-sixty", { widths: [390, 1280] });
  });

  test("those in order are invited, each once", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "Invite those in order" }).click();
    await page.getByText("Invited", { exact: true }).first().waitFor({ timeout: SOON });
    assert.equal(await page.getByText("Invited", { exact: true }).count(), GOOD.length);
    await inspect(page, "admin-import-sixty-done", { widths: [390, 1280] });
    for (const two of ["01", "52"]) await stack.messageTo(`joerg.weiss${two}@example.org`);
    const people = [];
    for (let cursor = ""; cursor !== null; ) {
      const answer = await stack.api("GET", `/v1/people?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      people.push(...answer.items);
      cursor = answer.next_cursor;
    }
    const invited = people.filter(({ name }) => name.startsWith("Jörg Weiß"));
    assert.equal(invited.length, GOOD.length);
    assert.ok(invited.every(({ state }) => state === "invited"));
    // Once more finds everybody there.
    await lookAt(page);
    await page.getByText("Of 60 rows 0 are in order.").waitFor();
    assert.equal(await page.getByText("Somebody has this address").count(), GOOD.length);
    assert.equal(await page.getByRole("button", { name: "Invite those in order" }).count(), 0);
  });

  test("more than sixty are not taken, and what was pasted stays", async () => {
    const { page } = ada;
    const more = [
      "\u{feff}name,email,role,teams",
      ...Array.from({ length: 61 }, (_, n) => `Lea Roy,lea${n}@example.org,agent,Lending`),
    ];
    await take(page, Buffer.from(more.join("\n"), "utf8"));
    await page.waitForFunction(() => document.querySelector("#rows").value.includes("lea60@"));
    await lookAt(page);
    await page.getByText("At most 60 rows at once.").waitFor();
    assert.match(await page.locator("#rows").inputValue(), /lea60@example.org/);
    // A whole company's is not even carried to the server.
    await take(page, Buffer.from(`${more.join("\n")}\n`.repeat(40), "utf8"));
    await page.locator("#file-state").getByText("At most 60 rows at once.").waitFor();
    // With its mark and commas, fewer are.
    await take(page, Buffer.from(more.slice(0, 3).join("\r\n"), "utf8"));
    await page.waitForFunction(() => !document.querySelector("#rows").value.includes("lea60@"));
    await lookAt(page);
    await page.getByText("Of 2 rows 2 are in order.").waitFor();
  });

  test("nothing on the way broke a page", clean);
});
