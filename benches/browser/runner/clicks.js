// Runs in the page, before its own scripts: clicks, and measures until the browser has painted.
{
  const channel = new MessageChannel();

  /**
   * Clicks an element in a frame. Returns the milliseconds until the frame is painted that shows
   * the effect: script, style, layout, paint, and the handover to the compositor.
   *
   * The click is at the start of a frame, so that the wait for a frame is not measured. The
   * observer runs between layout and paint: it sees if the frame shows the effect. The message is
   * delivered after the frame.
   */
  const click = (selector, holds) =>
    new Promise((resolve) => {
      const root = document.documentElement;
      const { rows } = document.querySelector("tbody");
      let start;
      let shows = false;
      const observer = new ResizeObserver(() => (shows = holds(rows)));
      const frame = () => {
        observer.unobserve(root);
        observer.observe(root);
        channel.port2.postMessage(0);
      };
      channel.port1.onmessage = () => {
        const end = performance.now();
        if (!shows) return requestAnimationFrame(frame);
        observer.disconnect();
        resolve(end - start);
      };
      requestAnimationFrame(() => {
        const element = document.querySelector(selector);
        start = performance.now();
        element.click();
        frame();
      });
    });

  /**
   * Clicks an element once a turn of the event loop, or every `pause` milliseconds, until a click
   * has an effect. Resolves with the time of that click.
   */
  const firstClick = (find, read, pause) =>
    new Promise((resolve) => {
      let [clicked, before] = [0, undefined];
      const turn = () => {
        const element = find();
        if (element) {
          if (before !== undefined && read(element) !== before) return resolve(clicked);
          before = read(element);
          clicked = performance.now();
          element.click();
        }
        next();
      };
      const next = () => (pause ? setTimeout(turn, pause) : channel.port2.postMessage(0));
      channel.port1.onmessage = turn;
      next();
    });

  window.bench = { click, firstClick };
}
