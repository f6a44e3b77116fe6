// The customer's pages: times, the room kept alive where there is one, and closed pages that wait. All words come from the page.
import { waitHere } from "./customer/again.js";
import { enterRoom } from "./customer/room.js";
import { countWait } from "./customer/wait.js";
import { byId } from "./lib/dom.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
countWait();
if (byId("room")) enterRoom();
else waitHere();
