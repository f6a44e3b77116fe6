// Own messages that the server has not confirmed yet.
import { one } from "./dom.js";
import { freshId } from "./ids.js";
import { inTab } from "./storage.js";

const keyOf = (session) => `queue:${session}`;
const read = (session) => {
  try {
    return JSON.parse(inTab.get(keyOf(session)) || "[]");
  } catch {
    // Not what we kept there.
    return [];
  }
};

/** The texts of the messages of `session` that wait in this tab, oldest first. */
export const keptTexts = (session) => read(session).map((own) => own.text);

/** The messages of `session` that wait, oldest first, kept through reloads; `told` hears of each change, and at once. */
export function unconfirmed(session, told) {
  const key = keyOf(session);
  let waiting = [];
  const change = (next) => {
    waiting = next;
    inTab.set(key, next.length ? JSON.stringify(next) : "");
    told(next);
  };
  const some = (id) => waiting.filter((own) => own.id === id);
  // What the server's page already shows was confirmed, even if the confirmation never arrived.
  change(read(session).filter((own) => !one(`[data-id="${own.id}"]`)));
  return {
    all: () => waiting,
    add(text) {
      const message = { id: freshId(), text };
      change([...waiting, message]);
      return message;
    },
    /** Takes a message out and gives its text; without such a message it gives nothing. */
    remove(id) {
      const [own] = some(id);
      if (own) change(waiting.filter((other) => other !== own));
      return own ? own.text : "";
    },
  };
}
