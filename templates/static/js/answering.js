// A step of a workflow that files or signatures answer, too. Without this script each step is a form of its own.
import { dressQuestions } from "./answering/signing.js";
import { stayLive } from "./customer/filling.js";
import { saveAsOneGoes } from "./customer/saving.js";
import { takeFiles } from "./files/taking.js";
import { keepTimes } from "./lib/times.js";

keepTimes();
takeFiles();
dressQuestions();
saveAsOneGoes();
stayLive();
