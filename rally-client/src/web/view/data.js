// The data of events: the fields of the structs in rally-core/src/view/event, as MessagePack.

/** Returns the encoded data of an event. Adds its files to `files`. */
export function data(kind, event, node, files) {
  const bytes = [];
  encode(kinds[kind](event, node, files), bytes);
  return Uint8Array.from(bytes);
}

const float = (value) => +value || 0;
const integer = (value) => BigInt(Math.trunc(float(value)));
const string_ = (value) => `${value ?? ""}`;
const floats = (from, ...names) => names.map((name) => float(from[name]));
const point = (from, of) => floats(from, of + "X", of + "Y");
const points = (from) => ["client", "page", "screen"].map((of) => point(from, of));
const modifiers = (e) => integer(e.ctrlKey + 2 * e.shiftKey + 4 * e.altKey + 8 * e.metaKey);

const mouse = (e) => [
  ...points(e),
  point(e, "offset"),
  e.button >= 0 ? integer(e.button) : null,
  integer(e.buttons),
  modifiers(e),
  integer(e.detail),
];

const form = (e, node, files) => {
  const field = e.target;
  const isForm = field.localName == "form";
  return [isForm ? "" : string_(field.value ?? field.textContent), !!field.checked, fields(e, node, files)];
};

function fields(e, node, files) {
  const { target, target: { name, type } } = e;
  const form = [node, target].find((node) => node.localName == "form");
  let entries = [[name, string_(target.value)]];
  if (form) entries = [...new FormData(form, e.submitter)];
  else if (type == "file") entries = [...target.files].map((file) => [name, file]);
  else if (type == "select-multiple") entries = [...target.selectedOptions].map((o) => [name, o.value]);
  else if (/^(checkbox|radio)$/.test(type) && !target.checked) entries = [];
  return entries.map(([name, value]) => {
    const isFile = value instanceof File;
    // A file field without a file has one without a name.
    const isChosen = isFile && (value.name || value.size);
    return [string_(name), isFile ? null : value, isChosen ? file(value, files) : null];
  });
}

const file = (file, files) => [file.name, file.type, integer(file.size), integer(files.push(file) - 1)];
const filesOf = (transfer, files) => [...(transfer?.files ?? [])].map((each) => file(each, files));
const textOf = (transfer) => string_(transfer?.getData("text/plain"));
const touches = (list) =>
  [...list].map((touch) => [integer(touch.identifier), ...points(touch), float(touch.force)]);

/** The functions `(event, node, files) => fields`, by the number of the kind. */
const kinds = [
  ,
  mouse,
  (e) => [string_(e.key), string_(e.code), modifiers(e), !!e.repeat, !!e.isComposing],
  form,
  form,
  (e) => [
    mouse(e), integer(e.pointerId), string_(e.pointerType), !!e.isPrimary,
    ...floats(e, "pressure", "width", "height", "tiltX", "tiltY", "twist"),
  ],
  (e, _, files) => {
    const transfer = e.dataTransfer;
    return [mouse(e), [...(transfer?.types ?? [])], textOf(transfer), filesOf(transfer, files)];
  },
  () => [],
  (_, node) =>
    floats(node, "scrollLeft", "scrollTop", "scrollWidth", "scrollHeight", "clientWidth", "clientHeight"),
  (e) => [mouse(e), ...floats(e, "deltaX", "deltaY", "deltaZ"), integer(e.deltaMode)],
  (e, _, files) => [textOf(e.clipboardData), filesOf(e.clipboardData, files)],
  (e) => [touches(e.touches), touches(e.targetTouches), touches(e.changedTouches), modifiers(e)],
  (e) => [string_(e.animationName), string_(e.pseudoElement), float(e.elapsedTime)],
  (e) => [string_(e.propertyName), string_(e.pseudoElement), float(e.elapsedTime)],
  ({ target: media }) => [
    float(media.currentTime), media.duration ?? 0, float(media.volume), float(media.playbackRate),
    !!media.paused, !!media.muted, !!media.ended,
  ],
  (e) => [string_(e.data)],
  ({ target }) => [
    string_(target.value?.slice(target.selectionStart, target.selectionEnd) ?? document.getSelection()),
  ],
  (e) => [e.newState ? e.newState == "open" : !!e.target.open],
  () => [],
];

const scratch = new DataView(new ArrayBuffer(8));

/** Encodes a value as MessagePack. A number is a 64-bit float, a BigInt is an integer. */
function encode(value, to) {
  const tagged = (tag, method, number, size) => {
    scratch[method](0, number);
    to.push(tag, ...new Uint8Array(scratch.buffer, 0, size));
  };
  if (typeof value == "boolean") to.push(value ? 0xc3 : 0xc2);
  else if (typeof value == "number") tagged(0xcb, "setFloat64", value, 8);
  else if (typeof value == "bigint") tagged(0xd3, "setBigInt64", value, 8);
  else if (typeof value == "string") {
    const bytes = new TextEncoder().encode(value);
    tagged(0xdb, "setUint32", bytes.length, 4);
    for (const byte of bytes) to.push(byte);
  } else if (value) {
    tagged(0xdd, "setUint32", value.length, 4);
    for (const item of value) encode(item, to);
  } else to.push(0xc0);
}
