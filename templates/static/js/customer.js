// The customer's pages: times, and the room kept alive where there is one. All words come from the page.
import { enterRoom } from "./customer/room.js";
import { countWait } from "./customer/wait.js";
import { byId } from "./lib/dom.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
countWait();
if (byId("room")) enterRoom();
