/** An id that nobody else makes. Not `crypto.randomUUID`: it is missing on old phones. */
export const freshId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
