// The page of a library's entry.
import "./admin.js";
import "./admin/entry-file.js";
import "./admin/entry-steps.js";
