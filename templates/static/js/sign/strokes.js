// A drawing as SVG path data of straight lines, and back.

const SVG = "http://www.w3.org/2000/svg";
const NUMBER = /-?\d+(?:\.\d+)?/g;
const short = (length) => String(Math.round(length * 10) / 10);

/** Strokes are lists of points. A point alone is a dot. */
export const pathOf = (strokes) =>
  strokes
    .map((points) => {
      const [first, ...rest] = points.map(([x, y]) => `${short(x)} ${short(y)}`);
      return `M${[first, ...(rest.length ? rest : [first])].join("L")}`;
    })
    .join("");

export const strokesOf = (path) =>
  path
    .split("M")
    .filter(Boolean)
    .map((stroke) => stroke.split("L").map((point) => point.match(NUMBER).map(Number)));

/** What of the plane is drawn on, with room for the pen: `x y width height`. */
export function boundsOf(path, pen) {
  const numbers = (path.match(NUMBER) ?? []).map(Number);
  const [across, down] = [0, 1].map((side) => numbers.filter((_, at) => at % 2 === side));
  const [left, top] = [across, down].map((lengths) => Math.min(...lengths) - pen);
  const [right, low] = [across, down].map((lengths) => Math.max(...lengths) + pen);
  return [left, top, right - left, low - top];
}

/** A drawing as the form has it, as a picture. */
export function drawing(value) {
  const { path, pen } = JSON.parse(value);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", boundsOf(path, pen).join(" "));
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  line.setAttribute("stroke-width", pen);
  svg.append(line);
  return svg;
}
