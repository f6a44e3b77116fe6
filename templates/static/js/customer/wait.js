// R7: how long it is until another code can be asked for. Counted down beside the button, which works again at the end;
// without a script the button always works, and an early press leads back to the page.
import { one } from "../lib/dom.js";

const SECOND = 1_000;

/** Counts the page's wait down, if it has one. */
export function countWait() {
  const line = one("[data-wait]");
  const shown = line && one("[data-countdown]", line);
  if (!shown) return;
  const button = one("button", line.closest("form"));
  const end = Date.now() + Number(line.dataset.wait) * SECOND;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / SECOND));
    button.disabled = seconds > 0;
    line.hidden = seconds === 0;
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds) setTimeout(tick, SECOND / 4);
  };
  tick();
}
