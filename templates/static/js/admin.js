// Every page of the administration. Each works without a script; this makes it quick.
import "./console/menus.js";
import "./console/palette.js";
import "./admin/give.js";
import "./admin/import.js";
