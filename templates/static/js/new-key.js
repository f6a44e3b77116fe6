// A key that was made: it is copied from here.
import "./console/copying.js";
