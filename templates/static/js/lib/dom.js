// The few ways in which the scripts reach into a page.

export const byId = (id) => document.getElementById(id);
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const on = (target, type, handle, options) => target.addEventListener(type, handle, options);

/** A new element with these properties: `make("button", { type: "button", textContent: "Try again" })`. */
export const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
