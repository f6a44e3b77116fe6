// The page and its words: there are none in the scripts.
import { byId } from "../lib/dom.js";

export const page = document.body;
export const words = byId("words").dataset;
