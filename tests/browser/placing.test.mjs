// Fields are placed on PDFs that have none (R21): by mouse and by the keyboard, in a session and in the library, and without a script. The
// customer fills them in on a phone, and the signed file shows them where they were placed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { draw, openPad } from "./drawing.mjs";
import { inspect, SOON } from "./harness.mjs";
import { clean, enter, inRoom, person, somebody, stack, start } from "./people.mjs";

const LATER = 4 * SOON;
const WIDTHS = { widths: [390, 1280] };
const folder = mkdtempSync(join(tmpdir(), "parlor-placing-"));
after(() => rmSync(folder, { recursive: true }));

/** A PDF of two pages without a form: the second is turned, and its box is off the origin. */
function bare() {
  const page = (box, turn, text, [x, y]) => [
    `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Rotate ${turn}/Resources<</Font<</F1 7 0 R>>>>/Contents `,
    `BT /F1 18 Tf ${x} ${y} Td (${text}) Tj ET`,
  ];
  const pages = [
    page("0 0 595 842", 0, "Consent to be called", [72, 760]),
    page("-50 100 545 942", 90, "Second page", [0, 200]),
  ];
  const stream = (text) => `<</Length ${text.length}>>stream\n${text}\nendstream`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]>>",
    `${pages[0][0]}4 0 R>>`,
    stream(pages[0][1]),
    `${pages[1][0]}6 0 R>>`,
    stream(pages[1][1]),
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  let file = "%PDF-1.7\n";
  const starts = objects.map((object, at) => {
    const from = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return from;
  });
  const table = file.length;
  const rows = starts.map((from) => `${String(from).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  file += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

const FILE = join(folder, "Consent.pdf");
writeFileSync(FILE, bare());

/** A document of the file in the agent's room, on its way to get fields. */
async function begun(agent, title) {
  const { page } = agent;
  await page.locator("[data-opens=add-document]").click();
  const form = page.locator("#add-document form.sending");
  await form.locator("input[type=file]").setInputFiles(FILE);
  await form.getByText("Uploaded").waitFor({ timeout: SOON });
  await form.locator("[name=title]").fill(title);
  await form.getByRole("button", { name: "Place fields" }).click();
  await page.waitForURL(/\/fields$/, { timeout: LATER });
  await page.locator(".paper img").first().waitFor();
}

const spot = (page, name) => page.locator(".spot", { hasText: name });
const paper = (page, n = 1) => page.locator(`[data-leaf="${n}"] .paper`);
const told = (page) => page.locator("#placing-told").textContent();

/** Drags from the middle of one thing, or from where `grip` says, to a share of another. */
async function drag(page, from, onto, [across, down]) {
  const grip = await from.boundingBox();
  const box = await onto.boundingBox();
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * across, box.y + box.height * down, { steps: 12 });
  await page.mouse.up();
}

async function session(name) {
  const agent = await person();
  const mara = somebody(name);
  await agent.signIn(stack.agent);
  const sid = await start(agent, mara);
  return { agent, mara, sid };
}

async function downloaded(page, link) {
  const coming = page.waitForEvent("download");
  await link.click();
  return readFileSync(await (await coming).path());
}

/** Where a word of a page stands, in points from the upper left corner, as poppler reads it. */
function wordsOf(file, page) {
  const path = join(folder, "signed.pdf");
  writeFileSync(path, file);
  const said = execFileSync("pdftotext", ["-bbox", "-f", page, "-l", page, path, "-"], { encoding: "utf8" });
  return [...said.matchAll(/<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">([^<]*)</g)].map(
    ([, left, top, right, bottom, text]) => ({ text, box: [left, top, right, bottom].map(Number) }),
  );
}

/** That a word stands within a field, whose page is so high. */
function standsIn(words, text, [x, y, width, height], high) {
  const word = words.find((one) => one.text === text);
  assert.ok(word, `${text} is not on the page: ${words.map((one) => one.text).join(" ")}`);
  const [left, top, right, bottom] = word.box;
  const box = [x - 1, high - y - height - 4, x + width + 1, high - y + 4];
  const inside = left >= box[0] && top >= box[1] && right <= box[2] && bottom <= box[3];
  assert.ok(inside, `${text} is at ${word.box}, its field at ${box}`);
}

describe("r21 fields are placed in a session", () => {
  let agent;
  let mara;
  let sid;
  let fields;

  test("by mouse: dragged there, moved, sized, undone", async () => {
    ({ agent, mara, sid } = await session("Mara"));
    await begun(agent, "Consent");
    const { page } = agent;
    await drag(page, page.locator("[data-kind=text]"), paper(page), [0.4, 0.3]);
    await spot(page, "Text").waitFor();
    await page.locator("#prop-label").fill("Full name");
    await page.locator("#prop-from").selectOption("customer_name");
    await drag(page, page.locator("[data-kind=signature]"), paper(page), [0.3, 0.7]);
    await spot(page, "Signature").waitFor();
    const before = await spot(page, "Signature").boundingBox();
    await drag(page, spot(page, "Signature").locator(".spot-size"), paper(page), [0.62, 0.8]);
    const after = await spot(page, "Signature").boundingBox();
    assert.ok(after.width > before.width + 20 && after.height > before.height, "it is larger");
    await page.getByRole("button", { name: "Undo" }).click();
    assert.equal(Math.round((await spot(page, "Signature").boundingBox()).width), Math.round(before.width));
    await page.getByRole("button", { name: "Redo" }).click();
    assert.equal(Math.round((await spot(page, "Signature").boundingBox()).width), Math.round(after.width));
    await inspect(page, "placing-room", WIDTHS);
  });

  test("by the keyboard: placed, moved, sized, gone through, removed", async () => {
    const { page } = agent;
    const { keyboard } = page;
    await page.locator("[data-leaf='2']").scrollIntoViewIfNeeded();
    await paper(page, 2).evaluate((it) => it.scrollIntoView({ block: "center" }));
    await page.locator("[data-kind=date]").focus();
    await keyboard.press("Enter");
    await spot(page, "Date").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.className), "spot", "what was placed has the focus");
    const before = await spot(page, "Date").boundingBox();
    for (let times = 0; times < 3; times += 1) await keyboard.press("Control+ArrowRight");
    await keyboard.press("Shift+ArrowRight");
    await keyboard.press("ArrowDown");
    const after = await spot(page, "Date").boundingBox();
    assert.ok(after.x > before.x + 10 && after.y > before.y && after.width > before.width, JSON.stringify(after));
    assert.match(await told(page), /% from the left/);
    await page.locator("[data-kind=checkbox]").focus();
    await keyboard.press("Enter");
    await page.locator("[data-kind=checkbox].spot").waitFor();
    await keyboard.press("Delete");
    assert.equal(await page.locator("[data-kind=checkbox].spot").count(), 0);
    await spot(page, "Full name").focus();
    await keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Signature/);
    await keyboard.press("Control+z");
    await page.locator("[data-kind=checkbox].spot").waitFor();
    await keyboard.press("Control+Shift+z");
    assert.equal(await page.locator("[data-kind=checkbox].spot").count(), 0);
  });

  test("what is wrong is said, what is right is kept, and sent", async () => {
    const { page } = agent;
    await spot(page, "Date").focus();
    await page.locator(".placing-more summary").click();
    await page.locator("#prop-name").fill("Text");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("only fields of one kind share one").waitFor();
    await page.locator("#prop-name").fill("Day");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator("#placing-state", { hasText: /^Saved$/ }).waitFor();
    const iid = page.url().split("/").at(-2);
    const own = await stack.api("GET", `/v1/sessions/${sid}/interactions/${iid}`);
    assert.equal(own.state, "draft");
    assert.deepEqual(
      own.fields.map(({ name, type, page: on }) => [name, type, on]),
      [
        ["Text", "text", 1],
        ["Signature", "signature", 1],
        ["Day", "date", 2],
      ],
    );
    fields = own.fields;
    await page.getByRole("button", { name: "Save and send" }).click();
    await page.waitForURL(new RegExp(`/console/s/${sid}$`));
    await page
      .locator(".work-item", { hasText: "Consent" })
      .getByText("Sent", { exact: true })
      .waitFor({ state: "attached" });
  });

  test("the customer fills them in and signs on a phone, and the signed file shows them in their places", async () => {
    const customer = await person({ width: 390 });
    await enter(customer, stack.linkIn(await stack.messageTo(mara.email)));
    await inRoom(customer);
    const { page } = customer;
    await page.locator(".work", { hasText: "Consent" }).click();
    const name = page.locator("[name='v.Text']");
    assert.equal(await name.inputValue(), mara.name, "it begins with what the session has");
    await name.fill("MARAQUIST");
    await page.locator("[name='v.Day']").fill("2026-11-29");
    await openPad(page, "Signature");
    await draw(page, "#pad-paper");
    await page.getByRole("button", { name: "Use this" }).tap();
    await inspect(page, "document-placed");
    await page.getByRole("button", { name: "Check and sign" }).tap();
    await page.getByRole("button", { name: "Sign and finish" }).tap();
    const link = page.getByRole("link", { name: "Download", exact: true });
    await link.waitFor({ timeout: LATER });
    const file = await downloaded(page, link);
    assert.ok(file.includes("/ByteRange"), "it is signed");
    const rect = (wanted) => fields.find((field) => field.name === wanted).rect;
    standsIn(wordsOf(file, "1"), "MARAQUIST", rect("Text"), 842);
    // Turned by a quarter, the page is 842 wide and 595 high.
    for (const word of ["29", "Nov", "2026"]) standsIn(wordsOf(file, "2"), word, rect("Day"), 595);
    const checked = execFileSync("pdfsig", [join(folder, "signed.pdf")], { encoding: "utf8" });
    assert.match(checked, /Signature is Valid/);
    assert.match(checked, /Total document signed/);
    await customer.close();
  });
});

describe("r21 fields are placed without a script, and in the library", () => {
  test("by a list of a page's fields in percent", async () => {
    const { agent, sid } = await session("Ola");
    await begun(agent, "Plain");
    const at = agent.page.url();
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.agent);
    const { page } = plain;
    await page.goto(at);
    await page.locator("#name-0").fill("City");
    await page.locator("#left-0").fill("10");
    await page.locator("#top-0").fill("120");
    await page.locator("#width-0").fill("30,5");
    await page.locator("#height-0").fill("3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("A field lies on its page").waitFor();
    assert.equal(await page.locator("#name-0").inputValue(), "City", "what was typed stays");
    await page.locator("#top-0").fill("20");
    await page.locator("#required-0").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    const iid = at.split("/").at(-2);
    const own = await stack.api("GET", `/v1/sessions/${sid}/interactions/${iid}`);
    assert.deepEqual([own.fields.length, own.fields[0].name, own.fields[0].required], [1, "City", true]);
    await page.locator("#remove-0").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.deepEqual((await stack.api("GET", `/v1/sessions/${sid}/interactions/${iid}`)).fields, []);
    await plain.close();
  });

  test("by a finger on a phone", async () => {
    const { agent } = await session("Ada");
    await begun(agent, "By finger");
    const phone = await person({ width: 390 });
    await phone.signIn(stack.agent);
    const { page } = phone;
    await page.goto(agent.page.url());
    await page.locator("[data-kind=checkbox]").tap();
    const box = page.locator("[data-kind=checkbox].spot");
    await box.waitFor();
    await page.locator("[data-kind=text]").tap();
    const text = page.locator("[data-kind=text].spot");
    await text.tap();
    const drags = async (thing, across, down) => {
      const { x, y, width, height } = await thing.boundingBox();
      const client = await page.context().newCDPSession(page);
      const touch = (type, touchPoints) => client.send("Input.dispatchTouchEvent", { type, touchPoints });
      const at = (part) => [{ x: x + width / 2 + across * part, y: y + height / 2 + down * part }];
      await touch("touchStart", at(0));
      for (let step = 1; step <= 10; step += 1) await touch("touchMove", at(step / 10));
      await touch("touchEnd", []);
      await client.detach();
    };
    const onPaper = async () => (await text.boundingBox()).y - (await paper(page).boundingBox()).y;
    const before = await text.boundingBox();
    const above = await onPaper();
    await drags(text, 40, 60);
    const below = await onPaper();
    assert.ok(Math.abs(below - above - 60) < 8, `from ${above} to ${below}`);
    const moved = await text.boundingBox();
    assert.ok(Math.abs(moved.x - before.x - 40) < 8, JSON.stringify([before, moved]));
    await drags(text.locator(".spot-size"), 30, 20);
    const sized = await text.boundingBox();
    assert.ok(sized.width > moved.width + 15 && sized.height > moved.height + 8, JSON.stringify(sized));
    await inspect(page, "placing-phone", { widths: [390] });
    await page.getByRole("button", { name: "Save", exact: true }).tap();
    await page.locator("#placing-state", { hasText: /^Saved$/ }).waitFor();
    await phone.close();
  });

  test("once for all in the library's entry", async () => {
    const admin = await person();
    await admin.signIn(stack.admin);
    const { page } = admin;
    await page.goto("/admin/library/new?kind=document");
    await page.locator("#file").setInputFiles(FILE);
    await page.locator("#file-state", { hasText: "Uploaded" }).waitFor({ timeout: SOON });
    await page.locator("[name=title]").fill("Consent to be called");
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("The PDF has no fields to fill in.").waitFor({ timeout: LATER });
    await page.getByRole("link", { name: "Place fields" }).click();
    await page.locator(".paper img").first().waitFor();
    await page.locator("[data-kind=choice]").click();
    await page.locator("#prop-options").fill("By day\nIn the evening");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("#placing-state", { hasText: /^Saved$/ }).waitFor();
    await inspect(page, "placing-library", WIDTHS);
    await page.getByRole("link", { name: "Back to the document" }).click();
    await page.locator(".library-fields", { hasText: "Choice" }).waitFor();
    await admin.close();
  });
});

test("every page kept to the rules", clean);
