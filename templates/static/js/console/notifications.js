// Notifications of the browser's own, for those who want them: off until they are switched on in the menu, which is when
// the browser asks.
import { byId, on } from "../lib/dom.js";
import { inBrowser } from "../lib/storage.js";
import { words } from "./page.js";
import { toast } from "./toasts.js";

const STORED = "parlor-notify";
const HEARD = "parlor-heard";
// How long a tab that is looked at has to say that its reader knows, in milliseconds.
const PATIENCE = 300;

const choice = byId("notify-on");
const api = globalThis.Notification;
const isOn = () => inBrowser.get(STORED) === "on" && api?.permission === "granted";

async function choose() {
  if (choice.checked && (await api.requestPermission()) !== "granted") {
    choice.checked = false;
    toast(words.notificationsBlocked, "bad");
  }
  inBrowser.set(STORED, choice.checked ? "on" : "");
}

if (choice && api) {
  choice.closest("[data-notify]").hidden = false;
  choice.checked = isOn();
  on(choice, "change", choose);
}

/**
 * Says `what` (`joined`, `newMessage`) of a session, once, unless a page of the console is looked at; `seq` is the event's
 * number.
 */
export function notify(what, session, seq, name) {
  const mark = `${session} ${seq}`;
  if (!document.hidden && document.hasFocus()) {
    inBrowser.set(HEARD, mark);
    return;
  }
  if (!isOn()) return;
  setTimeout(() => {
    if (inBrowser.get(HEARD) === mark) return;
    try {
      // Other tabs say the same under the same tag, and the browser shows it once.
      const shown = new api(words[what].replace("{name}", name), { tag: mark });
      shown.onclick = () => {
        globalThis.focus();
        location.assign(`/console/s/${session}`);
      };
    } catch {
      // Telephones notify only from a service worker; there is none.
    }
  }, PATIENCE);
}
