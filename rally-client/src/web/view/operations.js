// The operations that are being performed: a list of numbers and one string (docs/view.md).

let code = null;
let text, at, read;

export function begin(newCode, newText) {
  [code, text, at, read] = [newCode, newText, 0, 0];
}

export function end() {
  code = null;
}

export const isRunning = () => code != null;
export const isMore = () => at < code.length;

export const number = () => code[at++];
export const string = (length) => text.slice(read, (read += length));
export const value = () => {
  const length = number();
  return length ? string(length - 1) : null;
};

/** Returns the position, for `seek`. */
export const position = () => [at, read];
export const seek = (to) => ([at, read] = to);
