//! Events: the name in `rsx!`, the name in the DOM, and the number of the kind
//! of event data.

pub(crate) const EVENTS: &[(&str, &str, u8)] = &[
    ("onclick", "click", MOUSE),
    ("oncontextmenu", "contextmenu", MOUSE),
    ("ondoubleclick", "dblclick", MOUSE),
    ("onmousedown", "mousedown", MOUSE),
    ("onmouseenter", "mouseenter", MOUSE),
    ("onmouseleave", "mouseleave", MOUSE),
    ("onmousemove", "mousemove", MOUSE),
    ("onmouseout", "mouseout", MOUSE),
    ("onmouseover", "mouseover", MOUSE),
    ("onmouseup", "mouseup", MOUSE),
    ("onkeydown", "keydown", KEY),
    ("onkeypress", "keypress", KEY),
    ("onkeyup", "keyup", KEY),
    ("onchange", "change", FORM),
    ("oninput", "input", FORM),
    ("oninvalid", "invalid", FORM),
    ("onreset", "reset", FORM),
    ("onsubmit", "submit", SUBMIT),
    ("onauxclick", "auxclick", POINTER),
    ("ongotpointercapture", "gotpointercapture", POINTER),
    ("onlostpointercapture", "lostpointercapture", POINTER),
    ("onpointercancel", "pointercancel", POINTER),
    ("onpointerdown", "pointerdown", POINTER),
    ("onpointerenter", "pointerenter", POINTER),
    ("onpointerleave", "pointerleave", POINTER),
    ("onpointermove", "pointermove", POINTER),
    ("onpointerout", "pointerout", POINTER),
    ("onpointerover", "pointerover", POINTER),
    ("onpointerup", "pointerup", POINTER),
    ("ondrag", "drag", DRAG),
    ("ondragend", "dragend", DRAG),
    ("ondragenter", "dragenter", DRAG),
    ("ondragleave", "dragleave", DRAG),
    ("ondragover", "dragover", DRAG),
    ("ondragstart", "dragstart", DRAG),
    ("ondrop", "drop", DRAG),
    ("onblur", "blur", FOCUS),
    ("onfocus", "focus", FOCUS),
    ("onfocusin", "focusin", FOCUS),
    ("onfocusout", "focusout", FOCUS),
    ("onscroll", "scroll", SCROLL),
    ("onscrollend", "scrollend", SCROLL),
    ("onwheel", "wheel", WHEEL),
    ("oncopy", "copy", CLIPBOARD),
    ("oncut", "cut", CLIPBOARD),
    ("onpaste", "paste", CLIPBOARD),
    ("ontouchcancel", "touchcancel", TOUCH),
    ("ontouchend", "touchend", TOUCH),
    ("ontouchmove", "touchmove", TOUCH),
    ("ontouchstart", "touchstart", TOUCH),
    ("onanimationcancel", "animationcancel", ANIMATION),
    ("onanimationend", "animationend", ANIMATION),
    ("onanimationiteration", "animationiteration", ANIMATION),
    ("onanimationstart", "animationstart", ANIMATION),
    ("ontransitioncancel", "transitioncancel", TRANSITION),
    ("ontransitionend", "transitionend", TRANSITION),
    ("ontransitionrun", "transitionrun", TRANSITION),
    ("ontransitionstart", "transitionstart", TRANSITION),
    ("onabort", "abort", MEDIA),
    ("oncanplay", "canplay", MEDIA),
    ("oncanplaythrough", "canplaythrough", MEDIA),
    ("ondurationchange", "durationchange", MEDIA),
    ("onemptied", "emptied", MEDIA),
    ("onencrypted", "encrypted", MEDIA),
    ("onended", "ended", MEDIA),
    ("onerror", "error", MEDIA),
    ("onload", "load", MEDIA),
    ("onloadeddata", "loadeddata", MEDIA),
    ("onloadedmetadata", "loadedmetadata", MEDIA),
    ("onloadstart", "loadstart", MEDIA),
    ("onpause", "pause", MEDIA),
    ("onplay", "play", MEDIA),
    ("onplaying", "playing", MEDIA),
    ("onprogress", "progress", MEDIA),
    ("onratechange", "ratechange", MEDIA),
    ("onseeked", "seeked", MEDIA),
    ("onseeking", "seeking", MEDIA),
    ("onstalled", "stalled", MEDIA),
    ("onsuspend", "suspend", MEDIA),
    ("ontimeupdate", "timeupdate", MEDIA),
    ("onvolumechange", "volumechange", MEDIA),
    ("onwaiting", "waiting", MEDIA),
    ("oncompositionend", "compositionend", COMPOSITION),
    ("oncompositionstart", "compositionstart", COMPOSITION),
    ("oncompositionupdate", "compositionupdate", COMPOSITION),
    ("onselect", "select", SELECTION),
    ("onselectionchange", "selectionchange", SELECTION),
    ("onselectstart", "selectstart", SELECTION),
    ("onbeforetoggle", "beforetoggle", TOGGLE),
    ("ontoggle", "toggle", TOGGLE),
    ("oncancel", "cancel", PLAIN),
    ("onclose", "close", PLAIN),
    ("onfullscreenchange", "fullscreenchange", PLAIN),
    ("onfullscreenerror", "fullscreenerror", PLAIN),
    ("onslotchange", "slotchange", PLAIN),
];

const MOUSE: u8 = 1;
const KEY: u8 = 2;
const FORM: u8 = 3;
const SUBMIT: u8 = 4;
const POINTER: u8 = 5;
const DRAG: u8 = 6;
const FOCUS: u8 = 7;
const SCROLL: u8 = 8;
const WHEEL: u8 = 9;
const CLIPBOARD: u8 = 10;
const TOUCH: u8 = 11;
const ANIMATION: u8 = 12;
const TRANSITION: u8 = 13;
const MEDIA: u8 = 14;
const COMPOSITION: u8 = 15;
const SELECTION: u8 = 16;
const TOGGLE: u8 = 17;
/// An event without data.
const PLAIN: u8 = 18;
