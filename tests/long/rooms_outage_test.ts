/** Clients of two servers in one room, and in one lobby, while the broker or a server is away. @module */
import { BROKERS } from "../support/brokers.ts";
import { lobbyOutages } from "../fault/lobby_outages.ts";
import { roomsOutages } from "../fault/rooms_outages.ts";

for (const broker of BROKERS) {
  roomsOutages(broker);
  lobbyOutages(broker);
}
