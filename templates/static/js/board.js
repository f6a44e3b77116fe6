// The team's board. Everything of the console is here too; what follows is what only the board has.
import "./console.js";
import "./board/live.js";
import "./board/selection.js";
