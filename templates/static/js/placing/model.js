// The fields as they are, what they were before, and which one is chosen. A field is never changed: another takes its place, so that
// what was before can come back.
import { byId } from "../lib/dom.js";

// How often one can go back.
const MOST_STEPS = 200;

export const form = byId("placing");
export const said = form.dataset;

let last = 0;
const withId = (field) => {
  last += 1;
  return { ...field, id: last };
};
const readAs = new Map();

let fields = JSON.parse(said.fields).map(withId);
const firstLabels = JSON.parse(said.labels);
for (const [place, { name }] of fields.entries()) readAs.set(name, firstLabels[place]);
let saved = fields;
let past = [];
let future = [];
let series = null;
let chosen = null;
const watchers = [];

const tell = () => {
  for (const watcher of watchers) watcher();
};

/** `watcher` hears of every change. */
export const watch = (watcher) => watchers.push(watcher);
export const list = () => fields;
export const find = (id) => fields.find((field) => field.id === id);
export const chosenField = () => find(chosen);
export const isSaved = () => fields === saved;
export const hasPast = () => past.length > 0;
export const hasFuture = () => future.length > 0;

/** What the customer reads of a field. */
export const labelOf = ({ label, name }) => label || readAs.get(name) || name;

/** What changes in one `run` is one step back. */
function become(next, run) {
  if (!run || run !== series) {
    past = [...past, fields].slice(-MOST_STEPS);
  }
  series = run ?? null;
  future = [];
  fields = next;
  if (!find(chosen)) chosen = null;
  tell();
}

export function choose(id) {
  if (chosen === id) return;
  chosen = id;
  series = null;
  tell();
}

/** Gives a field other properties; `undefined` takes one away. */
export function change(id, properties, run) {
  const field = find(id);
  if (!field || Object.keys(properties).every((name) => field[name] === properties[name])) return;
  become(
    fields.map((own) => (own.id === id ? { ...own, ...properties } : own)),
    run && `${run} ${id}`,
  );
}

/** Adds a field, and chooses it. */
export function add(field) {
  const made = withId(field);
  chosen = made.id;
  become([...fields, made]);
  return made.id;
}

export const remove = (id) => become(fields.filter((field) => field.id !== id));

/** A name that no field has: `Text`, then `Text 2`. */
export function freshName(base) {
  const taken = new Set(fields.map(({ name }) => name));
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base} ${number}`)) number += 1;
  return `${base} ${number}`;
}

function step(from, to) {
  const next = from.at(-1);
  if (!next) return [from, to];
  const [left, kept] = [from.slice(0, -1), [...to, fields]];
  fields = next;
  series = null;
  if (!find(chosen)) chosen = null;
  return [left, kept];
}

export function undo() {
  [past, future] = step(past, future);
  tell();
}

export function redo() {
  [future, past] = step(future, past);
  tell();
}

/** `as` is what the server has now. */
export function keep(as) {
  saved = as;
  tell();
}

const topOf = ({ rect: [, y, , height] }) => y + height;
// Fields of one line are read from the left, whatever a point or two they are apart.
const LINE = 8;

/** The fields of each page from the top down, as they are filled in. A page that nobody touched keeps its order. */
export function inOrder() {
  const untouched = (page) => {
    const on = (own) => own.filter((field) => field.page === page).map(({ id, rect }) => `${id} ${rect}`);
    return String(on(saved)) === String(on(fields));
  };
  const byPlace = (one, other) =>
    Math.abs(topOf(one) - topOf(other)) < LINE ? one.rect[0] - other.rect[0] : topOf(other) - topOf(one);
  const pages = [...new Set(fields.map(({ page }) => page))].sort((one, other) => one - other);
  return pages.flatMap((page) => {
    const own = fields.filter((field) => field.page === page);
    return untouched(page) ? own : own.sort(byPlace);
  });
}
