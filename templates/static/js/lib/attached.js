// The file of a message (R21), as the server makes it.
import { make } from "./dom.js";

const KILO = 1_000;

const sizeOf = (bytes) => {
  const thousands = Math.ceil(bytes / KILO);
  return thousands < KILO ? `${thousands} KB` : `${Math.floor(thousands / 100) / 10} MB`;
};

// A page, as among the icons.
const ICON = "M6 3h8l4.500 4.500V21H6zM14 3v4.500h4.500M9 12.500h6.500M9 16.500h6.500";

function icon() {
  const [sign, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" })) {
    sign.setAttribute(name, value);
  }
  path.setAttribute("d", ICON);
  sign.append(path);
  return sign;
}

/** The link that opens the file at `address`; where `shown`, its small picture loads by itself. */
export function attached({ name, size, width, height }, address, shown) {
  const link = make("a", { className: "attached", href: `${address}/file` });
  if (width) {
    const picture = make("img", { width, height, alt: name, loading: "lazy" });
    if (shown) picture.src = `${address}/thumbnail`;
    link.append(picture);
    return link;
  }
  const text = make("span", {});
  const small = make("span", { className: "small", textContent: sizeOf(size) });
  text.append(make("bdi", { textContent: name }), make("br", {}), small);
  link.append(icon(), text);
  return link;
}
