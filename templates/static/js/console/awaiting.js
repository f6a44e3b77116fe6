// What is put together a moment after it was asked for: the page shows it as soon as it is there.
import { comeBack } from "../customer/again.js";
import { one } from "../lib/dom.js";

const waits = one("[data-coming]");
if (waits) comeBack(waits.dataset.coming, (status, page) => status < 400 && !one("[data-coming]", page));
