// Local storage, the storage of the tab, and cookies. Each may be full or forbidden.

/** Returns the value of a key of the local storage. */
export function stored(key) {
  let value;
  tried(() => (value = localStorage.getItem(key)));
  return value;
}

/** Writes a key of the local storage, or removes it. */
export function store(key, value) {
  tried(() => (value === undefined ? localStorage.removeItem(key) : localStorage.setItem(key, value)));
}

/** Returns the value of a key of the tab. A prefix separates it from the app's keys. */
export function remembered(key) {
  let value;
  tried(() => (value = sessionStorage.getItem(`rally-${key}`)));
  return value;
}

/** Writes a key of the tab. Returns `false` if this is not possible. */
export function remember(key, value) {
  return tried(() => sessionStorage.setItem(`rally-${key}`, value));
}

/** Returns the value of a cookie. */
export function cookie(name) {
  let value;
  tried(() => {
    const pairs = document.cookie.split(";").map((pair) => pair.trim());
    value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  });
  return value;
}

/**
 * Sets a cookie for some seconds, or removes it. The value is not escaped, because the runtime only
 * writes values without special characters. Over http, a name has no prefix `__Host-`, because
 * browsers refuse it there.
 */
export function setCookie(name, value, seconds) {
  const age = value === undefined ? 0 : seconds;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (!secure) name = name.replace("__Host-", "");
  const attributes = `path=/; max-age=${age}; SameSite=Lax${secure}`;
  tried(() => (document.cookie = `${name}=${value ?? ""}; ${attributes}`));
}

function tried(run) {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
