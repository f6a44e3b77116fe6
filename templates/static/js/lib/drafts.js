// What is typed and not yet sent: kept through reloads, reconnects and failed requests.
import { on } from "./dom.js";
import { inTab } from "./storage.js";

/** The draft that is kept under `key`. */
export const draft = (key) => ({
  read: () => inTab.get(key),
  keep: (text) => inTab.set(key, text),
  /** Fills an empty field with what was kept, and keeps what is typed from here on. */
  follow(field) {
    if (!field.value) field.value = this.read();
    on(field, "input", () => this.keep(field.value));
  },
});
