// Shows the status of the build: reloads the page after a build, and shows errors.
// The elements are in a shadow root next to the body, where the app's styles do not apply.
(() => {
  const css = `
    .badge { position: fixed; right: 12px; bottom: 12px; z-index: 2147483647; padding: 4px 10px;
      border-radius: 12px; font: 12px system-ui, sans-serif; color: #fff; background: #333c;
      pointer-events: none }
    dialog { box-sizing: border-box; width: 100vw; height: 100vh; max-width: none;
      max-height: none; margin: 0; padding: 24px; border: 0; overflow: auto; color: #e8e8ee;
      background: #17171b; font: 14px/1.5 system-ui, sans-serif }
    h2 { margin: 0 0 16px; font-size: 18px }
    button { float: right; padding: 4px 12px; font: inherit }
    pre { margin: 0 0 16px; padding: 12px; border-left: 4px solid #ff8a80; background: #222228;
      white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace }
    .bold { font-weight: 700 } .red { color: #ff8a80 } .yellow { color: #e8c25a }
    .green { color: #7ed491 } .blue { color: #8ab4ff } .cyan { color: #72d5e0 }
    .magenta { color: #e29bdf }`;

  let root;
  const show = (...elements) => {
    if (!root) {
      const host = document.createElement("rally-dev");
      root = host.attachShadow({ mode: "open" });
      // Not a style element, because a content security policy may forbid it.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
      document.documentElement.append(host);
    }
    root.replaceChildren(...elements);
  };

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const overlay = (errors) => {
    const spans = (error) =>
      error.map(([className, text]) => make("span", { className }, text));
    const dialog = make("dialog", { role: "alertdialog" });
    dialog.setAttribute("aria-labelledby", "title");
    const close = make("button", { type: "button" }, "Close (Esc)");
    close.onclick = () => dialog.close();
    const title = make("h2", { id: "title" }, "The last change failed");
    dialog.append(close, title, ...errors.map((error) => make("pre", {}, ...spans(error))));
    show(dialog);
    dialog.showModal();
  };

  const follow = {
    building: () => show(make("div", { className: "badge", role: "status" }, "building...")),
    errors: (state) => overlay(state.errors),
    ready: () => show(),
  };

  let source;
  const open = () => {
    source = new EventSource(RALLY.origin + "/events");
    for (const name of Object.keys(follow)) {
      source.addEventListener(name, (event) => {
        const state = JSON.parse(event.data);
        if (state.generation !== RALLY.generation && name === "ready") {
          source.close();
          location.reload();
        } else {
          follow[name](state);
        }
      });
    }
  };
  open();
  // Some browsers log an error if a navigation closes the stream.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
})();
