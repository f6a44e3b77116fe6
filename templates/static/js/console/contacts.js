// What can be told of a contact while one types. Whether it is one, the server knows: a number may be a national one, a link,
// or in digits of another script.
import { language } from "../lib/times.js";
import { words } from "./page.js";

export const isEmail = (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text);
export const isPhone = (text) => (text.match(/\p{Nd}/gu) ?? []).length >= 5;

/** Says at a form's number how it may be written: in the national form of its team's country, or with a country code. */
export function hintPhone(form) {
  const hint = form.querySelector("[id$=phone-hint]");
  if (!hint) return;
  const { country } = form.dataset;
  const named = country && new Intl.DisplayNames([language], { type: "region" }).of(country);
  hint.textContent = country ? words.phoneHintNational.replace("{country}", named) : words.phoneHint;
}

/** Puts what is on file of a customer, as a button's data has it, into a form. */
export function fill(form, { name = "", email = "", phone = "", channel, language = "" }) {
  const values = { name, email, phone, language };
  for (const [field, value] of Object.entries(values)) {
    const input = form.querySelector(`[name=${field}]`);
    if (input) input.value = value;
  }
  const chosen = channel && form.querySelector(`[name=channel][value=${channel}]:enabled`);
  if (chosen) chosen.checked = true;
}
