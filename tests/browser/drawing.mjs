// A finger on the screen, and a camera.

/** Draws a stroke, or a dot, into an element of a phone's page, as touches. */
export async function draw(page, selector, { dot = false } = {}) {
  const box = await page.locator(selector).boundingBox();
  const points = Array.from({ length: dot ? 1 : 40 }, (_, at) => ({
    x: Math.round(box.x + box.width * (0.15 + 0.0175 * at)),
    y: Math.round(box.y + box.height * (0.5 + 0.3 * Math.sin(at / 3) * Math.cos(at / 11))),
  }));
  const client = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => client.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", points.slice(0, 1));
  for (const point of points.slice(1)) await touch("touchMove", [point]);
  await touch("touchEnd", []);
  await client.detach();
}

/** Opens the pad of a document's signature by a tap, once the page rests: a field that was just gone to is still brought to the middle. */
export async function openPad(page, name) {
  await page.evaluate(async () => {
    const scroll = document.getElementById("scroll");
    const frame = () => new Promise(requestAnimationFrame);
    for (let still = 0, top = -1; still < 12; still = scroll.scrollTop === top ? still + 1 : 0) {
      top = scroll.scrollTop;
      await frame();
    }
  });
  await page.locator(`[data-question=${name}] .sign`).tap();
  await page.locator("#pad-paper").waitFor();
}

/** A photo as a canvas draws it, of one colour. */
export const photo = async (page, name, colour) => {
  const data = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 1200 });
    const ink = canvas.getContext("2d");
    ink.fillStyle = fill;
    ink.fillRect(0, 0, 900, 1200);
    return canvas.toDataURL("image/jpeg").split(",")[1];
  }, colour);
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") };
};
