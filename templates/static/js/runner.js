// A workflow, step by step. What is entered is saved as one goes; without this script each step is a form of its own.
import { stayLive } from "./customer/filling.js";
import { saveAsOneGoes } from "./customer/saving.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
saveAsOneGoes();
stayLive();
