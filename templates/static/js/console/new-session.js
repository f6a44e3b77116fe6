// The New Session form: Start is there when it can work, and says what it waits for when it cannot.
import { all, on, one } from "../lib/dom.js";
import { fill, hintPhone, isEmail, isPhone } from "./contacts.js";
import { formError, setError } from "./errors.js";
import { words } from "./page.js";
import { problemText, submit } from "./requests.js";
import { exact } from "./wording.js";

const isPin = (text) => /^\d{4,12}$/.test(text);
/** What is wrong, and the room to go to where another session is the reason (R10, R11). */
function standsInTheWay(answer) {
  const { session, code } = answer.body;
  if (!session) return [problemText(answer)];
  const said = (text) => text.replace("{name}", session.customer);
  if (code === "session-exists") {
    const when = exact(Date.parse(session.created_at));
    return [said(words.sessionExists).replace("{when}", when), { address: session.room, text: words.sessionOpen }];
  }
  return [said(words.singleActive), { address: session.room, text: said(words.singleActiveOpen) }];
}

const isVisible = (input) => input.offsetParent !== null;

/** Six digits without bias: whatever is over the last whole million is drawn again. */
function suggestedPin() {
  let number;
  do {
    [number] = crypto.getRandomValues(new Uint32Array(1));
  } while (number >= 4_294_000_000);
  return String(number % 1_000_000).padStart(6, "0");
}

function dress(form) {
  const field = (name) => one(`[name=${name}]:not([type=radio])`, form);
  const typed = (name) => field(name).value.trim();
  const channel = (name) => one(`[name=channel][value=${name}]`, form);
  const why = one(".new-why", form);
  const buttons = all("[name=mode]", form).filter((button) => !button.disabled);
  const team = field("team");
  const dialog = form.closest("dialog");

  /** The first field that keeps the session from starting, and what to say about it. */
  const missing = () => {
    const embedded = form.dataset.embedded === "true";
    const bySms = !embedded && channel("sms").checked;
    const [email, phone] = [typed("email"), typed("phone")];
    if (!typed("name")) return ["name", words.needName];
    if (embedded && !email && !phone) return ["email", words.needContact];
    if (!embedded && !bySms && !email) return ["email", words.needEmail];
    if (bySms && !phone) return ["phone", words.needPhone];
    if (email && isVisible(field("email")) && !isEmail(email)) return ["email", words.badEmail];
    if (phone && isVisible(field("phone")) && !isPhone(phone)) return ["phone", words.badPhone];
    if (form.dataset.pin === "true" && !isPin(typed("pin"))) return ["pin", words.needPin];
    return null;
  };
  const judge = () => {
    const gap = missing();
    for (const button of buttons) {
      if (gap) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
    // What already stands at its field is not said twice.
    const reason = gap && !field(gap[0]).hasAttribute("aria-invalid") ? gap[1] : "";
    if (buttons.length && why.textContent !== reason) why.textContent = reason;
    return gap;
  };
  const pointOut = (name, text) => {
    setError(field(name), text);
    field(name).focus();
  };
  /** Shows what the chosen team's settings ask for. */
  const follow = () => {
    const settings = team?.selectedOptions?.[0]?.dataset;
    if (settings) {
      form.dataset.country = settings.country ?? "";
      const { sms, embedded, pin } = settings;
      Object.assign(form.dataset, { sms, embedded, pin });
      one(".new-channel", form).disabled = embedded === "true";
      channel("sms").disabled = sms !== "true";
      if (sms !== "true" && channel("sms").checked) channel("email").checked = true;
    }
    hintPhone(form);
    judge();
  };

  form.noValidate = true;
  if (team?.tagName === "SELECT") {
    on(team, "change", () => {
      channel(team.selectedOptions[0].dataset.channel).checked = true;
      follow();
    });
  }
  on(form, "input", ({ target }) => {
    if (target.getAttribute?.("aria-invalid")) setError(target, "");
    judge();
  });
  on(form, "change", judge);
  const suggest = one("[data-do=suggest-pin]", form);
  suggest.hidden = false;
  on(suggest, "click", () => {
    field("pin").value = suggestedPin();
    setError(field("pin"), "");
    judge();
  });
  on(form, "submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? one("[value=start]", form);
    if (button.disabled) return;
    const gap = missing();
    if (gap) {
      pointOut(...gap);
      // Now that it stands at its field, it is not said above the buttons any more.
      judge();
      return;
    }
    formError(form, "");
    // What the chosen settings do not show is not sent, whatever was typed there before.
    const hidden = ["email", "phone", "pin"].map(field).filter((input) => !isVisible(input));
    for (const input of hidden) input.disabled = true;
    const sending = submit(form, button);
    for (const input of hidden) input.disabled = false;
    const answer = await sending;
    // Nothing was sent, or nobody is signed in, who is told so.
    if (!answer || answer.status === 401) return;
    if (answer.ok && answer.body.id) {
      location.assign(`/console/s/${encodeURIComponent(answer.body.id)}`);
      return;
    }
    const name = (answer.body.field ?? "").split(".").pop();
    const atField = ["name", "email", "phone", "pin"].includes(name) && isVisible(field(name));
    if (atField) pointOut(name, problemText(answer));
    else formError(form, ...standsInTheWay(answer));
  });
  follow();
  // Another customer's details come in by their own button, and go with the dialog: `n` is for somebody else.
  let filled = false;
  on(document, "click", ({ target }) => {
    const details = target.closest("[data-fill=new-session]")?.dataset;
    if (!details) return;
    filled = true;
    fill(form, details);
    judge();
  });
  on(dialog ?? form, "close", () => {
    if (!filled) return;
    filled = false;
    form.reset();
    follow();
  });
  // A dialog has no layout while it is closed, so what is visible can only be told once it is open.
  if (dialog) {
    const watch = new MutationObserver(() => dialog.open && judge());
    watch.observe(dialog, { attributeFilter: ["open"] });
  }
  on(dialog ?? form, "toggle", judge);
}

for (const form of all("form[data-new]")) dress(form);
