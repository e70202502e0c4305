// What tests do with a page, again and again.
import { expect } from "./expect.mjs";

/** Opens a URL by a page load, and returns once the browser has taken the page over. */
export async function visit(page, url) {
  const response = await page.goto(url);
  await hydrated(page);
  return response;
}

/** Returns once the browser has taken over the page: it removes the flags when it does. */
export async function hydrated(page) {
  await page.waitForFunction(() => {
    const loaded = document.readyState !== "loading";
    return loaded && !document.getElementById("rally-flags");
  });
}

/**
 * Opens a URL with a clock that stands still and only the test moves. It returns once the socket
 * is open: a clock that is moved before makes the page give up connecting.
 */
export async function visitWithClock(page, url) {
  const start = new Date("2026-01-01T12:00:00");
  await page.clock.install({ time: start });
  // It goes from there until it is told to stand still, which it is for a time to come.
  await page.clock.pauseAt(new Date(start.getTime() + 3_600_000));
  await page.addInitScript(() => {
    window.WebSocket = class extends WebSocket {
      constructor(...parameters) {
        super(...parameters);
        this.addEventListener("open", () => (window.connected = true));
      }
    };
  });
  await visit(page, url);
  await page.waitForFunction(() => window.connected);
}

/** Leaves a mark that a page load would wipe out. */
export async function mark(page) {
  await page.evaluate(() => (window.mark = true));
}

/** Whether there was no page load since `mark`. */
export async function isMarked(page) {
  return page.evaluate(() => window.mark === true);
}

/** Waits for the heading: which page is shown. */
export async function shows(page, heading) {
  await expect.text(page.locator("h1"), heading);
}

/**
 * The page's WebSockets, with the frames that went each way. Call it before the first visit. What
 * the browser says of the page that it shows, and the replies to it, are in `shown` alone.
 */
export function sockets(page) {
  const sockets = [];
  page.on("websocket", (socket) => {
    const record = { sent: [], received: [], shown: [], closed: false };
    const ids = new Set();
    sockets.push(record);
    socket.on("framesent", ({ payload }) => {
      const isShow = payload[0] === 0x95 && payload[1] === 3;
      if (isShow) ids.add(requestOf(payload));
      (isShow ? record.shown : record.sent).push(payload);
    });
    socket.on("framereceived", ({ payload }) => {
      const isAboutShow = payload.length > 2 && ids.has(requestOf(payload));
      (isAboutShow ? record.shown : record.received).push(payload);
    });
    socket.on("close", () => (record.closed = true));
  });
  return sockets;
}

/** The id of the request that a frame is about, as its bytes. */
function requestOf(frame) {
  const length = { 0xcc: 2, 0xcd: 3, 0xce: 5 }[frame[2]] ?? 1;
  return frame.subarray(2, 2 + length).toString("hex");
}
