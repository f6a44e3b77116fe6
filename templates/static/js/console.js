// Every page of the console. Each works without a script; this makes it quick.
import "./console/awaiting.js";
import "./console/copying.js";
import "./console/history.js";
import "./console/keys.js";
import "./console/live-list.js";
import "./console/menus.js";
import "./console/new-session.js";
import "./console/palette.js";
import "./console/doors.js";
import "./console/row-cards.js";
import { wording } from "./console/wording.js";
import { keepTimes } from "./lib/times.js";

keepTimes(wording);
