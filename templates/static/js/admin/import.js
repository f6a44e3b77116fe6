// A file takes the place of what would be pasted; it never leaves the browser otherwise.
import { all, byId, on } from "../lib/dom.js";

for (const field of all("[data-import-file]")) {
  field.hidden = false;
  on(byId("file"), "change", async ({ target }) => {
    const [file] = target.files;
    if (file) byId("rows").value = await file.text();
  });
}
