// A file takes the place of what would be pasted; it never leaves the browser otherwise.
import { all, byId, on } from "../lib/dom.js";

/** What programs for tables write: UTF-8, UTF-16 with its mark, or the letters of Windows in Western Europe. */
function decoded(bytes) {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

for (const field of all("[data-import-file]")) {
  on(byId("file"), "change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const text = decoded(await file.arrayBuffer());
    // The first row names the columns. Lines within quotes are fewer rows, so only what is far too long is kept back here.
    const isTooLong = text.split(/\r\n?|\n/).filter((line) => line.trim()).length > 2 * Number(field.dataset.most);
    byId("file-state").textContent = isTooLong ? field.dataset.tooMany : "";
    if (!isTooLong) byId("rows").value = text;
  });
}
