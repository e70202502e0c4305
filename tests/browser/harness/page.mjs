// Functions for pages that several tests use.
import { expect } from "./expect.mjs";
import { isFirefox } from "./launch.mjs";

/** Opens a URL by a page load, and returns once the page is hydrated. */
export async function visit(page, url) {
  const response = await page.goto(url);
  await hydrated(page);
  return response;
}

/** Returns once the page is hydrated, which removes the flags. */
export async function hydrated(page) {
  await page.waitForFunction(() => {
    const loaded = document.readyState !== "loading";
    return loaded && !document.getElementById("rally-flags");
  });
}

/**
 * Opens a URL with a paused clock that only the test advances. It returns once the socket
 * is open, because a connection attempt would time out if the clock advanced before.
 */
export async function visitWithClock(page, url) {
  const start = new Date("2026-01-01T12:00:00");
  await page.clock.install({ time: start });
  // The clock runs until this time in the future, and is then paused.
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

/** Sets a mark that a page load removes. */
export async function mark(page) {
  await page.evaluate(() => (window.mark = true));
}

/** Returns `true` if there was no page load since `mark`. */
export async function isMarked(page) {
  return page.evaluate(() => window.mark === true);
}

/** Waits until the page with this heading is shown. */
export async function shows(page, heading) {
  await expect.text(page.locator("h1"), heading);
}

/**
 * The page's WebSockets, with their frames in each direction. Call it before the first visit.
 * Reports of the page shown, and the replies to them, are only in `shown`.
 */
export async function sockets(page) {
  const sockets = [];
  const opened = () => {
    const record = { sent: [], received: [], shown: [], closed: false };
    const ids = new Set();
    sockets.push(record);
    return {
      sent(payload) {
        const isShow = payload[0] === 0x95 && payload[1] === 3;
        if (isShow) ids.add(requestOf(payload));
        (isShow ? record.shown : record.sent).push(payload);
      },
      received(payload) {
        const isAboutShow = payload.length > 2 && ids.has(requestOf(payload));
        (isAboutShow ? record.shown : record.received).push(payload);
      },
      closed: () => (record.closed = true),
    };
  };
  if (isFirefox()) {
    await relay(page, opened);
  } else {
    page.on("websocket", (socket) => {
      const { sent, received, closed } = opened();
      socket.on("framesent", ({ payload }) => sent(payload));
      socket.on("framereceived", ({ payload }) => received(payload));
      socket.on("close", closed);
    });
  }
  return sockets;
}

/** Relays the frames of the page's WebSockets, because Firefox does not report them. */
function relay(page, opened) {
  return page.routeWebSocket(/_rally\/socket/, (socket) => {
    const { sent, received, closed } = opened();
    const server = socket.connectToServer();
    const ways = [[socket, server, sent], [server, socket, received]];
    for (const [from, to, record] of ways) {
      from.onMessage((payload) => {
        record(payload);
        to.send(payload);
      });
      from.onClose((code, reason) => {
        closed();
        to.close({ code, reason });
      });
    }
  });
}

/** The id of the request of a frame, as its bytes. */
function requestOf(frame) {
  const length = { 0xcc: 2, 0xcd: 3, 0xce: 5 }[frame[2]] ?? 1;
  return frame.subarray(2, 2 + length).toString("hex");
}
