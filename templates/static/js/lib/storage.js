// What the browser keeps for a page. Storage can be switched off or full; a page without it forgets, and does all else.

const storage = (area) => ({
  get(key) {
    try {
      return area().getItem(key) || "";
    } catch {
      return "";
    }
  },
  /** Keeps `value`; an empty one is taken out. */
  set(key, value) {
    try {
      if (value) area().setItem(key, value);
      else area().removeItem(key);
    } catch {
      // See above: nothing that a reader could do about it.
    }
  },
});

/** Until the tab is closed. */
export const inTab = storage(() => sessionStorage);
/** Until the reader clears it. */
export const inBrowser = storage(() => localStorage);
