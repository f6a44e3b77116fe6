// Takes the fingerprint of a file in the browser and asks about that; the file stays on this device.
import { byId } from "./lib/dom.js";
import { sha256 } from "./lib/upload.js";

const form = byId("verify");
const file = byId("verify-file");
const state = byId("verify-state");

file.addEventListener("change", async () => {
  const [chosen] = file.files;
  if (!chosen) return;
  state.textContent = form.dataset.working;
  try {
    form.elements.sha256.value = await sha256(chosen);
    form.submit();
  } catch {
    state.textContent = form.dataset.failed;
    file.value = "";
  }
});
