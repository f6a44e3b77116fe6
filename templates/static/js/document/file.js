// The completed document is ready a moment after the customer is.
import { comeBack } from "../customer/again.js";
import { one } from "../lib/dom.js";

/** Shows the page again once the file is there. The live connection may be faster. */
export function awaitFile() {
  if (!one("[data-coming]")) return;
  comeBack(location.pathname + location.search, (status, page) => status < 400 && !one("[data-coming]", page));
}
