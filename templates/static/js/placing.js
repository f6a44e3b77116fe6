// Placing fields on a document.
import "./placing/spots.js";
import "./placing/dragging.js";
import "./placing/palette.js";
import "./placing/properties.js";
import "./placing/saving.js";
