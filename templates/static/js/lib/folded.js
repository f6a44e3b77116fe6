/** A text as it is compared with what somebody typed: case and accents aside. */
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
