// Photos and files that were asked for: taken or chosen, sent while others wait, put in order.
import { stayLive } from "./customer/filling.js";
import { awaitFile } from "./document/file.js";
import { takeFiles } from "./files/taking.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
takeFiles();
stayLive();
awaitFile();
