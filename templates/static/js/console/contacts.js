// What can be told of a contact while one types. Whether it is one, the server knows: a number may be a national one, a link,
// or in digits of another script.
export const isEmail = (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text);
export const isPhone = (text) => (text.match(/\p{Nd}/gu) ?? []).length >= 5;

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
