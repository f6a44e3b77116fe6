// Files, sent and fetched by a browser at the bucket's own origin.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { person, stack } from "./people.mjs";

/** PUTs a text to where it was announced, from the page that is open: the status, or that the browser did not let it. */
function send(page, announced, text) {
  return page.evaluate(
    async ([{ url, method, headers }, body]) =>
      fetch(url, { method, headers, body }).then(
        (answer) => answer.status,
        () => "not let",
      ),
    [announced, text],
  );
}

describe("files", () => {
  test("r21 a page of ours sends a file to the bucket, and a page of somebody else's does not", async () => {
    const customer = { name: "Mara Quist", email: "mara@example.net" };
    const session = await stack.api("POST", "/v1/sessions", { customer });
    const text = "%PDF-1.7 a few words, with an accent: é";
    const announced = await stack.api("POST", `/v1/sessions/${session.id}/uploads`, {
      name: "Words.pdf",
      size: Buffer.byteLength(text),
      content_type: "application/pdf",
      sha256: createHash("sha256").update(text).digest("hex"),
    });
    const one = await person();
    // A page of our origin whose policy lets it reach the bucket: this one has none.
    await one.page.goto("/local/clock");
    assert.equal(await send(one.page, announced, text.replace("few", "fee")), 400);
    assert.equal(await send(one.page, announced, text), 200);
    // Another name of the same machine is another origin.
    await one.page.goto(`${stack.url.replace("localhost", "127.0.0.1")}/local/clock`);
    assert.equal(await send(one.page, announced, text), "not let");
  });
});
