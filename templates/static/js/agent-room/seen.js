// What the customer has seen, at the last own message, and telling them what was seen here.
import { words } from "../console/page.js";
import { all } from "../lib/dom.js";
import { receipts } from "../lib/receipts.js";
import { isAtEnd, stream } from "./reading.js";
import { say } from "./stream.js";
import { isAway, onLook } from "./unread.js";

const messages = () => all(".msg[data-seq]", stream);
const isOwn = (item) => !["customer", "participant"].includes(item.dataset.from);

function show(seen) {
  const last = messages().at(-1);
  for (const item of messages().filter(isOwn)) {
    const status = Number(item.dataset.seq) <= seen ? words.seen : words.sent;
    say(item, item === last ? status : "");
  }
}

/** Over this connection, from now on. */
export function watchSeen(post) {
  const newest = () => Number(messages().findLast((item) => !isOwn(item))?.dataset.seq ?? 0);
  const kept = receipts({ post, newest, isLooking: () => !isAway() && isAtEnd(), show });
  onLook(kept.look);
  kept.look();
  kept.heard();
  return kept;
}
