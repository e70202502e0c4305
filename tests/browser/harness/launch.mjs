// The browser of this process: Chromium, or Firefox if a file has chosen it.

// Two versions of playwright: 1.65 sends a command that Firefox 153 does not have
// (`emulation.setMediaFeaturesOverride`), and with 1.64 tests with a paused clock fail in Chromium.
const playwright = {
  chromium: "playwright-core",
  firefox: "playwright-core-firefox",
};

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // All URLs of the tests are local. Ignore a proxy that the environment names.
  "--no-proxy-server",
];

const settings = {
  // As `--no-proxy-server`.
  "network.proxy.type": 0,
  // Back loads the document again, as playwright has it in Chromium. A page that Firefox kept has
  // no event `load`, for which playwright waits.
  "browser.sessionhistory.max_total_viewers": 0,
};

const starts = {
  chromium({ chromium }) {
    const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
    return chromium.launch({ executablePath, args });
  },

  // The channel is that of Firefox as Mozilla and Debian build it, which WebDriver BiDi drives.
  // Without it, playwright expects a Firefox of its own.
  firefox({ firefox }) {
    const executablePath = process.env.FIREFOX || "/usr/bin/firefox-esr";
    return firefox.launch({ channel: "moz-firefox", executablePath, firefoxUserPrefs: settings });
  },
};

let chosen = "chromium";
let started;

/** Chooses the browser of all tests that are defined after it. */
export function choose(name) {
  chosen = name;
}

export const isFirefox = () => chosen === "firefox";

/** The name of a test, with that of its browser. */
export const named = (name) => `${chosen}: ${name}`;

/** Returns the browser, which the first call starts. */
export function launch() {
  started ??= import(playwright[chosen]).then(starts[chosen]);
  return started;
}

/** Closes the browser. */
export async function close() {
  await (await started)?.close();
}
