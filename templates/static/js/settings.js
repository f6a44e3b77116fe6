// The settings. Everything of the administration is here too.
import "./admin.js";
import "./admin/settings-form.js";
import "./admin/settings-logo.js";
import "./admin/settings-preview.js";
