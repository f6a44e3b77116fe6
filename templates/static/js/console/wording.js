// How the console writes times: short, for lists that somebody works with all day.
import { language, now } from "../lib/times.js";
import { words } from "./page.js";

const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;

const formatter = (options) => {
  const { format } = new Intl.DateTimeFormat(language, { ...options, hour12: false });
  return format;
};
const date = { day: "numeric", month: "short" };
const time = { hour: "2-digit", minute: "2-digit" };
const clock = formatter(time);
const shortDate = formatter(date);
const longDate = formatter({ ...date, year: "numeric" });
export const exact = formatter({ ...date, year: "numeric", ...time });

const dateOf = (at) => (new Date(at).getFullYear() === new Date(now()).getFullYear() ? shortDate : longDate)(at);
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);
const daysAgo = (at) => Math.round((midnight(now()) - midnight(at)) / (DAY * MINUTE));

/** The reader's day of a moment, as a heading. */
export function dayOf(at) {
  return [words.dayToday, words.dayYesterday][daysAgo(at)] ?? dateOf(at);
}

function ago(at) {
  const minutes = Math.floor((now() - at) / MINUTE);
  if (minutes < 1) return words.agoNow;
  if (minutes < HOUR) return words.agoMin.replace("{n}", minutes);
  if (minutes < DAY) return words.agoHour.replace("{n}", Math.floor(minutes / HOUR));
  return daysAgo(at) === 1 ? words.yesterday : dateOf(at);
}

export const wording = { exact, clock, ago };
