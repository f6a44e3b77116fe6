// A document: its fields lie over its pages, and what is entered is saved as one goes. Without this script they are a list.
import { stayLive } from "./customer/filling.js";
import { saveAsOneGoes } from "./customer/saving.js";
import { joinCopies } from "./document/copies.js";
import { awaitFile } from "./document/file.js";
import { finishOnce } from "./document/finishing.js";
import { guide } from "./document/guide.js";
import { lay } from "./document/laying.js";
import { sayWhere, unfold, watchPictures } from "./document/leaves.js";
import { dressSignatures } from "./document/signing.js";
import { dressZoom } from "./document/zoom.js";
import { byId } from "./lib/dom.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
if (byId("leaves")) {
  document.body.classList.add("scripted");
  const rest = unfold();
  dressSignatures();
  joinCopies();
  // A box that is not ticked is not sent: what goes along says that it was there.
  const saving = saveAsOneGoes("v.", (name) => {
    const along = `k.${name.slice(2)}`;
    return byId("leaves").closest("form").elements[along] ? [along] : [];
  });
  lay();
  dressZoom();
  rest();
  sayWhere();
  guide(saving);
}
watchPictures();
finishOnce();
awaitFile();
stayLive();
