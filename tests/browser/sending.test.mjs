// The dialog in which an agent sends a document, with every request answered here.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { desk, origin, ROOM, SESSION } from "./desk.mjs";

const PDF = { name: "loan_agreement-2026.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 a form") };
const json = (status, body) => ({ status, contentType: "application/json", body: JSON.stringify(body) });
const later = () => {
  let open;
  const gate = new Promise((done) => {
    open = done;
  });
  return { gate, open };
};

/** Answers what the dialog asks; `seen` has each request in order. */
async function answering(page, { announce, put, make } = {}) {
  const seen = { announced: [], put: [], made: [] };
  const announced = {
    id: "up_1",
    url: `${origin}/bucket/up_1`,
    method: "PUT",
    headers: { "content-type": "application/pdf" },
  };
  await page.route(`**/v1/sessions/${SESSION}/uploads`, (route) => {
    seen.announced.push(route.request().postDataJSON());
    return route.fulfill(announce?.(seen.announced.length) ?? json(201, announced));
  });
  await page.route("**/bucket/**", async (route) => {
    seen.put.push(route.request());
    const answer = await (put?.(seen.put.length) ?? { status: 200 });
    return answer === "lost" ? route.abort() : route.fulfill(answer);
  });
  await page.route(`**/v1/sessions/${SESSION}/interactions`, (route) => {
    const request = route.request();
    seen.made.push({ ...request.postDataJSON(), key: request.headers()["idempotency-key"] });
    return route.fulfill(make?.(seen.made.length) ?? json(201, { id: "i1" }));
  });
  return seen;
}

const open = async (page) => {
  await page.locator("[data-opens=add-document]").click();
  return page.locator("#add-document form.sending");
};
const choose = (form, file = PDF) => form.locator("input[type=file]").setInputFiles(file);
const closed = (page) => page.locator("#add-document").waitFor({ state: "hidden" });

describe("sending a document", () => {
  test(
    "r21 a file is sent with its checksum while its title is typed, and waited for until it is read",
    desk(ROOM, {}, async (at, page) => {
      const unread = json(409, { code: "upload-not-read", detail: "Not read yet." });
      const seen = await answering(page, { make: (time) => (time < 3 ? unread : undefined) });
      const form = await open(page);
      await choose(form);
      await form.getByText("Uploaded").waitFor();
      assert.deepEqual(seen.announced, [
        {
          name: PDF.name,
          size: PDF.buffer.length,
          content_type: "application/pdf",
          sha256: createHash("sha256").update(PDF.buffer).digest("hex"),
        },
      ]);
      assert.equal(seen.put[0].method(), "PUT");
      assert.equal(await form.locator("[name=title]").inputValue(), "Loan agreement 2026");
      await form.locator("[name=title]").fill("Your loan");
      await form.locator("[name=due_at]").fill("2031-03-04");
      await form.getByRole("button", { name: "Send now" }).click();
      await form.getByText("Reading the document").waitFor();
      await closed(page);
      const [first, , last] = seen.made;
      assert.deepEqual(
        { ...last, key: "", due_at: new Date(last.due_at).getFullYear() },
        {
          kind: "document",
          title: "Your loan",
          upload: "up_1",
          send: true,
          assignee: "customer",
          due_at: 2031,
          key: "",
        },
      );
      assert.notEqual(first.key, last.key, "each try is a request of its own");
      await at.until("the panel is fetched", () => at.asked > 0);
    }),
  );

  test(
    "r21 what is sent can be stopped and tried again, what fails says so, and a lost connection is waited for",
    desk(ROOM, {}, async (_at, page) => {
      const { gate, open: go } = later();
      const answers = [gate.then(() => ({ status: 200 })), { status: 500 }, "lost", { status: 200 }];
      const seen = await answering(page, { put: (time) => answers[time - 1] });
      const form = await open(page);
      await choose(form);
      await page.getByRole("button", { name: "Stop" }).click();
      await form.getByText("Stopped").waitFor();
      go();
      await page.getByRole("button", { name: "Try again" }).click();
      await form.getByText("The file did not get through.").waitFor();
      await page.getByRole("button", { name: "Try again" }).click();
      await form.getByText("No connection. It goes on by itself.").waitFor();
      await form.getByText("Uploaded").waitFor();
      await form.getByRole("button", { name: "Keep as draft" }).click();
      await closed(page);
      assert.equal(seen.made[0].send, false);
    }),
  );

  test(
    "r21 refusals are said where they belong, and what was typed stays",
    desk(ROOM, {}, async (_at, page) => {
      const refusals = [
        json(422, { code: "invalid-title", field: "title", detail: "Give it a title." }),
        json(422, { code: "encrypted", detail: "The document asks for a password." }),
      ];
      await answering(page, { make: (time) => refusals[time - 1] });
      const form = await open(page);
      await form.getByRole("button", { name: "Send now" }).click();
      await form.getByText("Choose a PDF first.").waitFor();
      await choose(form, { ...PDF, name: "picture.png", mimeType: "image/png" });
      await form.getByText("This is not a PDF.").waitFor();
      await choose(form, { ...PDF, buffer: Buffer.alloc(0) });
      await form.getByText("The file is empty.").waitFor();
      await choose(form);
      await form.getByText("Uploaded").waitFor();
      await form.locator("[name=title]").fill("Mine");
      await form.getByRole("button", { name: "Send now" }).click();
      await form.getByText("Give it a title.").waitFor();
      await form.getByRole("button", { name: "Send now" }).click();
      await form.getByText("The document asks for a password.").waitFor();
      assert.equal(await form.locator("[name=title]").inputValue(), "Mine");
    }),
  );

  test(
    "r21 a file is dropped, and the signed one is fetched from where the server says",
    desk(ROOM, {}, async (at, page) => {
      await answering(page);
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["%PDF-1.7 dropped"], "dropped.pdf", { type: "application/pdf" }));
        const on = (type, target) =>
          target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        on("dragenter", document.body);
        on("drop", document.getElementById("add-document"));
      });
      await page.getByText("Uploaded").waitFor();
      await page.keyboard.press("Escape");
      await page.route("**/result", (route) => route.fulfill(json(409, { code: "not-completed", detail: "Not yet." })));
      await page.getByRole("link", { name: "Download signed document" }).first().click();
      await page.locator(".toast", { hasText: "Not yet." }).waitFor();
      await page.unroute("**/result");
      await page.route("**/result", (route) => route.fulfill(json(200, { url: `${origin}/signed` })));
      await page.route("**/signed", (route) =>
        route.fulfill({ body: "%PDF-", headers: { "content-disposition": "attachment; filename=signed.pdf" } }),
      );
      const coming = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download signed document" }).first().click();
      assert.equal((await coming).suggestedFilename(), "signed.pdf");
      assert.equal(at.posts.length, 0);
    }),
  );
});
