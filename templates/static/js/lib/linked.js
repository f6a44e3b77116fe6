// A chat message's text, with the addresses in it as links. Where they stand, the server says.
import { make } from "./dom.js";

/** The same as the server makes; `links` has start and end of each. */
export function linked(text, links = []) {
  const parts = [];
  let at = 0;
  for (const [start, end] of links) {
    const address = text.slice(start, end);
    // What the server found begins so; nothing else may become a link.
    if (!/^https?:\/\//i.test(address)) continue;
    parts.push(
      text.slice(at, start),
      make("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", textContent: address }),
    );
    at = end;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}
