// Times: the markup has each moment in UTC; the reader gets it in their own zone, as it is written where they live.
import { all, on } from "./dom.js";

const MINUTE = 60_000;
// The words around a time are in the page's language, so its months are too; which kind of it is the reader's. Most of
// those who have no English of their own write the day first.
const page = document.documentElement.lang;
const own = navigator.languages.find((tag) => tag.split("-")[0] === page);
export const language = own || (page === "en" ? "en-GB" : page);

// The server's clock decides. A page that says what it was at keeps the difference to this machine's.
const { now: told } = document.body.dataset;
const skew = told ? Date.parse(told) - Date.now() : 0;
export const now = () => Date.now() + skew;

export const format = (at, options) => new Intl.DateTimeFormat(language, options).format(at);

// How a moment is written, by the `data-show` or `data-when` of its element; `exact` is also the title of each.
const sentences = {
  exact: (at) => format(at, { dateStyle: "long", timeStyle: "short" }),
  clock: (at) => format(at, { timeStyle: "short" }),
  ago(at) {
    // Clocks differ a little: nothing that happened is in the future.
    const minutes = Math.min(0, Math.round((at - now()) / MINUTE));
    const hours = Math.round(minutes / 60);
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    if (minutes > -1) return words.format(0, "second");
    if (minutes > -60) return words.format(minutes, "minute");
    if (hours > -24) return words.format(hours, "hour");
    return format(at, { dateStyle: "medium" });
  },
};
let wording = sentences;

/** Writes every time under `root` for its reader. */
export function showTimes(root = document) {
  for (const time of all("time[data-show], time[data-when]", root)) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const { show, when = show } = time.dataset;
    const text = (wording[when] || wording.exact)(at);
    time.title = wording.exact(at);
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Keeps the page's times right from now on, in a wording of its own if it has one. */
export function keepTimes(its = sentences) {
  wording = its;
  const tell = () => document.hidden || showTimes();
  showTimes();
  setInterval(tell, MINUTE / 3);
  on(document, "visibilitychange", tell);
}
