// A document: its fields lie over its pages, and what is entered is saved as one goes. Without this script they are a list.
import { stayLive } from "./customer/filling.js";
import { saveAsOneGoes } from "./customer/saving.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
saveAsOneGoes();
stayLive();
