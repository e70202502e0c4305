// The WebSocket.

import { closeAtEnd } from "./ended.js";
import { CLOSED, FRAME, OPENED, signal } from "./signals.js";

let socket;

/**
 * Opens a WebSocket. If the browser refuses, the runtime waits until the deadline of this attempt,
 * and tries again.
 */
export function connect() {
  disconnect();
  const scheme = location.protocol == "https:" ? "wss" : "ws";
  try {
    socket = new WebSocket(`${scheme}://${location.host}/_rally/socket`);
  } catch {
    return;
  }
  closeAtEnd(socket);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => signal(OPENED);
  // An `error` event needs no listener: a `close` event follows.
  socket.onclose = () => signal(CLOSED);
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) signal(FRAME, 0, undefined, new Uint8Array(data));
  };
}

/** Sends a frame. Fails only before the `open` event, and the app sends frames only after it. */
export function sendFrame(frame) {
  try {
    socket?.send(frame);
  } catch {}
}

/** Closes the WebSocket. The runtime hears no more of it. */
export function disconnect() {
  if (!socket) return;
  socket.onopen = socket.onclose = socket.onmessage = null;
  socket.close();
  socket = undefined;
}
