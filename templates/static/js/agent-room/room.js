// Which room this is, and where its server side is.
import { page } from "../console/page.js";
import { byId } from "../lib/dom.js";

export const room = byId("room");
export const sid = page.dataset.sid;
export const address = page.dataset.room;
export const api = page.dataset.api;
