// The agent's room. Everything of the console is here too; what follows is what only a room has.
import "./console.js";
import "./agent-room/earlier.js";
import "./agent-room/operations.js";
import "./agent-room/moving.js";
import "./agent-room/details.js";
import "./agent-room/maker.js";
import "./agent-room/sending.js";
import "./agent-room/from-library.js";
import "./agent-room/prepared.js";
import "./agent-room/asking.js";
import "./agent-room/files.js";
import "./agent-room/attachments.js";
import "./agent-room/results.js";
import "./agent-room/pin-card.js";
import "./agent-room/connection.js";
