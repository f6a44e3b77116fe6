// A workflow as the customer will see it, in a frame beside its maker (R21). The server draws it from what is typed, and keeps nothing.
import { make, on, one } from "../lib/dom.js";

/** Lets the preview of a form's maker show what `stepsOf` says its steps are. */
export function followPreview(form, stepsOf) {
  const box = one("[data-workflow-preview]", form);
  const shown = () => {
    if (!one("iframe", box)) box.append(one("template", box).content.cloneNode(true));
    return one("iframe", box);
  };
  on(one("[data-do=preview]", box), "click", () => {
    const { action, team } = box.dataset;
    const fields = {
      do: "preview",
      csrf: one("[name=csrf]", form).value,
      title: one("[name=title]", form).value,
      steps: stepsOf(),
      team,
    };
    const frame = shown();
    const post = make("form", { method: "post", action, target: frame.name, hidden: true });
    for (const [name, value] of Object.entries(fields)) post.append(make("input", { type: "hidden", name, value }));
    frame.scrollIntoView({ block: "nearest" });
    document.body.append(post);
    post.submit();
    post.remove();
  });
}
