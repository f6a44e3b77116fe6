// The files of a request. Several are sent one after the other; the page takes its list from each answer.
import { all, byId, make, on, one } from "../lib/dom.js";
import { FILE_MAX, kindOf } from "../lib/upload.js";
import { change, sendFile } from "./send.js";

export function takeFiles() {
  const section = byId("files");
  if (!section) return;
  const said = section.dataset;
  const coming = byId("coming");
  const form = byId("send");
  const status = byId("said");
  let replaced = "";
  let line = Promise.resolve();

  const say = (text) => {
    status.textContent = "";
    setTimeout(() => {
      status.textContent = text;
    });
  };
  const dress = () => {
    for (const part of all("[data-scripted]", section)) part.hidden = false;
  };

  /** Puts the list of a page that came in the place of this one's. What is on its way stays where it is. */
  function take(page) {
    const fresh = page.getElementById("files");
    if (!fresh) {
      location.reload();
      return;
    }
    const key = section.contains(document.activeElement) && document.activeElement.dataset.key;
    fresh.querySelector("#coming")?.replaceWith(coming);
    section.replaceChildren(...fresh.childNodes);
    const missing = page.getElementById("missing");
    if (missing && byId("missing")) byId("missing").replaceWith(missing);
    byId("missing").hidden = true;
    dress();
    if (!key) return;
    // A button at the end of its way is off: its neighbour takes the focus.
    const own = one(`[data-key="${key}"]`, section);
    const next = own && !own.disabled ? own : one("button:not(:disabled)", own?.closest("form") ?? section);
    (next ?? one("#pick", section))?.focus();
  }

  function faultOf(file) {
    if (!file.size) return said.empty;
    if (file.size > FILE_MAX) return said.tooLarge;
    return said.accept.split(",").includes(kindOf(file)) ? "" : said.only;
  }

  function row(file) {
    const item = make("li", { className: "request-on-its-way" });
    const picture = make("span", { className: "request-picture" });
    const text = make("div", { className: "request-said" });
    const name = make("p", { className: "request-name" });
    const title = make("bdi", { textContent: file.name });
    name.append(title);
    const bar = make("progress", { max: 1 });
    bar.setAttribute("aria-label", file.name);
    const state = make("p", { className: "small request-state" });
    const buttons = make("div", { className: "request-buttons" });
    text.append(name, bar, state);
    item.append(picture, text, buttons);
    coming.append(item);
    const button = (label, press) => {
      const className = "button button-quiet button-small";
      const made = make("button", { type: "button", className, textContent: label });
      on(made, "click", press);
      buttons.append(made);
      return made;
    };
    return { item, bar, state, buttons, button };
  }

  function bring(file, replaces = "") {
    const { item, bar, state, buttons, button } = row(file);
    const gone = () => {
      const hadFocus = item.contains(document.activeElement);
      item.remove();
      if (hadFocus) one("#pick", section)?.focus();
    };
    const fail = (text) => {
      item.dataset.state = "failed";
      bar.hidden = true;
      state.textContent = text;
      buttons.replaceChildren();
      if (text !== faultOf(file)) button(said.again, start);
      button(said.remove, gone);
      say(`${file.name}: ${text}`);
    };
    async function run(stop) {
      if (stop.signal.aborted) return;
      try {
        const page = await sendFile(said, file, replaces, stop.signal, (now, share) => {
          bar.value = share;
          state.textContent = said[now].replace("{n}", Math.round(share * 100));
        });
        gone();
        take(page);
        say(said.added);
      } catch (error) {
        if (error.name !== "AbortError") fail(error.fault || said.failed);
      }
    }
    function start() {
      const fault = faultOf(file);
      if (fault) {
        fail(fault);
        return;
      }
      const stop = new AbortController();
      delete item.dataset.state;
      bar.hidden = false;
      bar.value = 0;
      state.textContent = said.preparing;
      buttons.replaceChildren();
      button(said.stop, () => {
        stop.abort();
        fail(said.stopped);
      });
      line = line.then(() => run(stop));
    }
    start();
  }

  dress();
  on(section, "change", ({ target }) => {
    const files = [...(target.files ?? [])];
    const place = target.id === "other" ? replaced : "";
    for (const file of files) bring(file, place);
    target.value = "";
  });
  on(section, "click", ({ target }) => {
    const button = target.closest("[data-replace]");
    if (!button) return;
    replaced = button.dataset.replace;
    byId("other").click();
  });
  on(section, "submit", async (event) => {
    event.preventDefault();
    const { submitter, target } = event;
    if (target.dataset.busy) return;
    target.dataset.busy = "1";
    const fields = { ...Object.fromEntries(new FormData(target)), do: submitter.value };
    try {
      take(await change(target.action, fields));
      say(submitter.value === "remove" ? said.removed : said.moved);
    } catch (error) {
      delete target.dataset.busy;
      say(error.fault || said.failed);
    }
  });
  on(form, "submit", (event) => {
    if (!all(":scope > :not([data-state])", coming).length) return;
    event.preventDefault();
    const missing = byId("missing");
    one("span", missing).textContent = form.dataset.waiting;
    missing.hidden = false;
  });
}
