// The files of a request, or of a question. Several are sent one after the other; the page takes its list from each answer.
import { all, byId, make, on, one } from "../lib/dom.js";
import { FILE_MAX, kindOf, sentSo } from "../lib/upload.js";
import { change, sendFile } from "./send.js";

// What waits for the files of a page: one after the other, whichever part they are for.
let line = Promise.resolve();

/** Takes files in every part of the page that asks for some. */
export function takeFiles() {
  const sections = all("[data-takes-files]");
  if (!sections.length) return;
  for (const section of sections) takeIn(section);
  const form = byId("send") ?? one(".runner-form");
  on(form, "submit", (event) => {
    const { submitter } = event;
    if (submitter?.hasAttribute("formaction") || !all("[data-part=coming] > :not([data-state])").length) return;
    event.preventDefault();
    // Nobody who listens further on sends it either.
    event.stopImmediatePropagation();
    const missing = byId("missing");
    one("span", missing).textContent = form.dataset.waiting;
    missing.hidden = false;
  });
}

function takeIn(section) {
  const said = section.dataset;
  const question = said.questionFiles ?? "";
  const coming = one("[data-part=coming]", section);
  const status = byId("said");
  let replaced = "";

  const say = (text) => {
    status.textContent = "";
    setTimeout(() => {
      status.textContent = text;
    });
  };

  /** Puts the list of a page that came in the place of this one's. What is on its way stays where it is. */
  function take(page) {
    const fresh = page.getElementById(section.id);
    if (!fresh) {
      location.reload();
      return;
    }
    const key = section.contains(document.activeElement) && document.activeElement.dataset.key;
    one("[data-part=coming]", fresh)?.replaceWith(coming);
    section.replaceChildren(...fresh.childNodes);
    const missing = page.getElementById("missing");
    if (missing && byId("missing")) byId("missing").replaceWith(missing);
    byId("missing")?.setAttribute("hidden", "");
    section.dispatchEvent(new Event("taken", { bubbles: true }));
    if (!key) return;
    // A button at the end of its way is off: its neighbour takes the focus.
    const own = one(`[data-key="${key}"]`, section);
    const beside = own?.closest(".request-moves") ?? section;
    const next = own && !own.disabled ? own : one("button:not(:disabled)", beside);
    (next ?? one("[data-part=pick]", section))?.focus();
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
      if (hadFocus) one("[data-part=pick]", section)?.focus();
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
        const page = await sendFile(said, file, { replaces, question }, stop.signal, (now, share) => {
          bar.value = share ?? 0;
          state.textContent = now === "uploading" ? sentSo(said, share) : said[now];
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

  on(section, "change", ({ target }) => {
    const files = [...(target.files ?? [])];
    const place = target.dataset.part === "other" ? replaced : "";
    for (const file of files) bring(file, place);
    target.value = "";
  });
  on(section, "click", async (event) => {
    const { target } = event;
    const replacing = target.closest("[data-replace]");
    if (replacing) {
      replaced = replacing.dataset.replace;
      one("[data-part=other]", section).click();
      return;
    }
    const button = target.closest("button[name=do]");
    if (!button) return;
    event.preventDefault();
    if (section.dataset.busy) return;
    section.dataset.busy = "1";
    try {
      take(await change(said.files, { csrf: said.csrf, do: button.value, question }));
      say(button.value.startsWith("remove") ? said.removed : said.moved);
    } catch (error) {
      say(error.fault || said.failed);
    }
    delete section.dataset.busy;
  });
}
