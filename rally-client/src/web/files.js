// The files that the runtime refers to, by number.

const files = new Map();
let last = 0;

/** Keeps a file, and returns its number. */
export function keep(file) {
  files.set(++last, file);
  return last;
}

/** Finds a kept file. */
export function find(number) {
  return files.get(number);
}

/** Forgets a file. */
export function release(number) {
  files.delete(number);
}
