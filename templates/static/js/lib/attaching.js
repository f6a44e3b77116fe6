// The file that goes with what is written next (R21): sent while somebody types, posted with the text. Whatever fails, the text
// stays in its field.
import { byId, one } from "./dom.js";
import { freshId } from "./ids.js";
import { FILE_MAX, isTaken, kindOf, send, sentSo, sha256 } from "./upload.js";

// How long the server may take to look at a file, and how often it is asked, in milliseconds.
const LONGEST = 60_000;
const AGAIN = 1_000;
// The side of the preview, in pixels.
const SIDE = 96;

const wait = (time) => new Promise((done) => setTimeout(done, time));

// What is said of a refusal, by the server's code; for all else it is that the file did not get through.
const FAULTS = {
  "unsupported-file-type": "kind",
  "file-too-large": "large",
  password: "password",
  "not-clean": "notClean",
  damaged: "damaged",
  "upload-not-read": "slow",
  "attachments-closed": "closed",
  "chat-closed": "closed",
  "already-ended": "closed",
  "read-only": "closed",
};
// These may go better the next time.
const PASSING = ["failed", "slow"];

const faultOf = (file) => {
  if (!file.size) return "empty";
  if (file.size > FILE_MAX) return "large";
  return isTaken(file) ? "" : "kind";
};

async function preview(canvas, file) {
  canvas.hidden = true;
  try {
    const bitmap = await createImageBitmap(file, { resizeHeight: SIDE });
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    canvas.hidden = false;
  } catch {
    // No picture, or none that this browser draws: its name is enough.
  }
}

/**
 * The file beside `field`. `announce(fields)` and `post(fields)` ask the server and give `{ ok, status, body }`; `posted(message)`
 * hears what the server made of it.
 */
export function attaching({ field, announce, post, posted }) {
  const box = byId("attaching");
  const said = box.dataset;
  const bar = one("progress", box);
  const state = one("[role=status]", box);
  const again = one("[data-do=again]", box);
  let file = null;
  let stop = null;
  let going = null;
  let busy = false;
  let last = {};

  const show = (text, share) => {
    delete said.state;
    again.hidden = true;
    bar.hidden = share === undefined;
    bar.value = share ?? 0;
    state.textContent = text;
  };
  function clear() {
    stop?.abort();
    file = null;
    going = null;
    box.hidden = true;
    field.required = true;
  }
  function fail(fault) {
    show(said[fault]);
    said.state = "failed";
    again.hidden = !PASSING.includes(fault);
  }
  const failBy = ({ body }) => fail(FAULTS[body?.code] ?? "failed");

  async function bring(own) {
    const { signal } = stop;
    try {
      show(said.preparing, 0);
      const sum = await sha256(own);
      const announced = { name: own.name.slice(-120), size: own.size, content_type: kindOf(own), sha256: sum };
      const answer = await announce(announced);
      if (signal.aborted) return "";
      if (!answer.ok) {
        failBy(answer);
        return "";
      }
      await send(own, answer.body, signal, (share) => {
        show(sentSo(said, share), share ?? 0);
      });
      show(said.ready);
      return answer.body.id;
    } catch {
      if (!signal.aborted) fail("failed");
      return "";
    }
  }
  function begin() {
    const own = file;
    stop = new AbortController();
    going = bring(own).then((id) => {
      if (!id && file === own) going = null;
      return id;
    });
    return going;
  }
  function choose(chosen) {
    clear();
    file = chosen;
    one("bdi", box).textContent = file.name;
    box.hidden = false;
    field.required = false;
    preview(one("canvas", box), file);
    last = {};
    const fault = faultOf(file);
    if (fault) fail(fault);
    else begin();
    field.focus();
  }

  // The same message keeps its id, so that what got through unnoticed is not posted twice.
  function idOf(text) {
    if (last.text !== text) last = { text, id: freshId() };
    return last.id;
  }
  async function asked(fields) {
    for (const since = Date.now(); ; await wait(AGAIN)) {
      const answer = await post(fields);
      const isUnread = answer.status === 409 && answer.body.code === "upload-not-read";
      if (!isUnread || Date.now() - since > LONGEST) return answer;
      show(said.checking, 1);
    }
  }
  async function submit() {
    if (busy || !file || faultOf(file)) return;
    busy = true;
    const own = file;
    const text = field.value.trim();
    const id = await (going ?? begin());
    if (id && file === own) {
      show(said.checking, 1);
      const answer = await asked({ id: idOf(text), text, attachment: id });
      if (answer.ok) {
        // What was typed meanwhile stays.
        field.value = field.value.replace(text, "").trimStart();
        field.dispatchEvent(new Event("input", { bubbles: true }));
        clear();
        posted(answer.body);
      } else if (file === own) failBy(answer);
    }
    busy = false;
  }

  again.addEventListener("click", () => (going ? submit() : begin()));
  one("[data-do=remove]", box).addEventListener("click", () => {
    clear();
    field.focus();
  });
  return { box, choose, submit, has: () => Boolean(file) };
}
