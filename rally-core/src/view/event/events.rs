//! The listeners of `rsx!`: one function for each event of the DOM.

use super::*;
use crate::view::builder::Builder;

macro_rules! events {
    ($($data:ident { $($(#[$doc:meta])* $name:ident: $event:literal of $interface:literal,)* })*) => {$($(
        $(#[$doc])*
        ///
        #[doc = concat!(
            "[The event `", $event, "` on MDN](https://developer.mozilla.org/docs/Web/API/",
            $interface, "/", $event, "_event)."
        )]
        #[inline]
        pub fn $name(b: &mut Builder, handle: impl Fn(Event<$data>) + MaybeSend + 'static) {
            b.listener(|| handler(handle));
        }
    )*)*};
}

events! {
    MouseData {
        /// A click, also by keyboard on a focused button or link.
        onclick: "click" of "Element",
        /// A double click.
        ondoubleclick: "dblclick" of "Element",
        /// A request for a context menu, usually a click of the right button.
        oncontextmenu: "contextmenu" of "Element",
        /// A button of the mouse is pressed.
        onmousedown: "mousedown" of "Element",
        /// A button of the mouse is released.
        onmouseup: "mouseup" of "Element",
        /// The mouse moves within the element.
        onmousemove: "mousemove" of "Element",
        /// The mouse enters the element. It does not bubble.
        onmouseenter: "mouseenter" of "Element",
        /// The mouse leaves the element. It does not bubble.
        onmouseleave: "mouseleave" of "Element",
        /// The mouse enters the element or an element inside.
        onmouseover: "mouseover" of "Element",
        /// The mouse leaves the element or an element inside.
        onmouseout: "mouseout" of "Element",
    }
    KeyboardData {
        /// A key is pressed, and again while it repeats.
        onkeydown: "keydown" of "Element",
        /// A key is released.
        onkeyup: "keyup" of "Element",
        /// A key that inserts a character is pressed. Prefer `onkeydown`.
        onkeypress: "keypress" of "Element",
    }
    FormData {
        /// The value of a field changes, with each character.
        oninput: "input" of "Element",
        /// The visitor has finished changing the value of a field.
        onchange: "change" of "HTMLElement",
        /// A field does not satisfy its constraints. It does not bubble.
        oninvalid: "invalid" of "HTMLInputElement",
        /// A form is reset.
        onreset: "reset" of "HTMLFormElement",
        /// A form is submitted. Call `prevent_default` so that the browser does not post it.
        onsubmit: "submit" of "HTMLFormElement",
    }
    PointerData {
        /// A pointer is pressed.
        onpointerdown: "pointerdown" of "Element",
        /// A pointer is released.
        onpointerup: "pointerup" of "Element",
        /// A pointer moves.
        onpointermove: "pointermove" of "Element",
        /// A pointer sends no more events, for example because the browser scrolls.
        onpointercancel: "pointercancel" of "Element",
        /// A pointer enters the element. It does not bubble.
        onpointerenter: "pointerenter" of "Element",
        /// A pointer leaves the element. It does not bubble.
        onpointerleave: "pointerleave" of "Element",
        /// A pointer enters the element or an element inside.
        onpointerover: "pointerover" of "Element",
        /// A pointer leaves the element or an element inside.
        onpointerout: "pointerout" of "Element",
        /// The element captures a pointer.
        ongotpointercapture: "gotpointercapture" of "Element",
        /// The element no longer captures a pointer.
        onlostpointercapture: "lostpointercapture" of "Element",
        /// A click of another button than the main one.
        onauxclick: "auxclick" of "Element",
    }
    DragData {
        /// The element is being dragged.
        ondrag: "drag" of "HTMLElement",
        /// The visitor starts to drag the element.
        ondragstart: "dragstart" of "HTMLElement",
        /// The visitor stops dragging the element.
        ondragend: "dragend" of "HTMLElement",
        /// Something is dragged into the element.
        ondragenter: "dragenter" of "HTMLElement",
        /// Something is dragged out of the element.
        ondragleave: "dragleave" of "HTMLElement",
        /// Something is dragged over the element. Call `prevent_default` to allow a drop.
        ondragover: "dragover" of "HTMLElement",
        /// Something is dropped on the element.
        ondrop: "drop" of "HTMLElement",
    }
    FocusData {
        /// The element gets the focus. It does not bubble.
        onfocus: "focus" of "Element",
        /// The element loses the focus. It does not bubble.
        onblur: "blur" of "Element",
        /// The element or an element inside gets the focus.
        onfocusin: "focusin" of "Element",
        /// The element or an element inside loses the focus.
        onfocusout: "focusout" of "Element",
    }
    ScrollData {
        /// The element is scrolled. It does not bubble.
        onscroll: "scroll" of "Element",
        /// Scrolling of the element has ended. It does not bubble.
        onscrollend: "scrollend" of "Element",
    }
    WheelData {
        /// The mouse wheel is turned.
        onwheel: "wheel" of "Element",
    }
    ClipboardData {
        /// The visitor copies something.
        oncopy: "copy" of "Element",
        /// The visitor cuts something.
        oncut: "cut" of "Element",
        /// The visitor pastes something.
        onpaste: "paste" of "Element",
    }
    TouchData {
        /// A finger touches the screen.
        ontouchstart: "touchstart" of "Element",
        /// A finger moves on the screen.
        ontouchmove: "touchmove" of "Element",
        /// A finger leaves the screen.
        ontouchend: "touchend" of "Element",
        /// A touch ends early, for example because the browser scrolls.
        ontouchcancel: "touchcancel" of "Element",
    }
    AnimationData {
        /// A CSS animation starts.
        onanimationstart: "animationstart" of "Element",
        /// A CSS animation ends.
        onanimationend: "animationend" of "Element",
        /// A CSS animation starts again.
        onanimationiteration: "animationiteration" of "Element",
        /// A CSS animation ends early.
        onanimationcancel: "animationcancel" of "Element",
    }
    TransitionData {
        /// A CSS transition is created, before its delay.
        ontransitionrun: "transitionrun" of "Element",
        /// A CSS transition starts, after its delay.
        ontransitionstart: "transitionstart" of "Element",
        /// A CSS transition ends.
        ontransitionend: "transitionend" of "Element",
        /// A CSS transition ends early.
        ontransitioncancel: "transitioncancel" of "Element",
    }
    MediaData {
        /// An image, script or frame has loaded. It does not bubble.
        onload: "load" of "HTMLElement",
        /// An image, script or media could not be loaded. It does not bubble.
        onerror: "error" of "HTMLElement",
        /// Loading was stopped.
        onabort: "abort" of "HTMLMediaElement",
        /// The media can begin to play.
        oncanplay: "canplay" of "HTMLMediaElement",
        /// The media can probably play to its end without a pause.
        oncanplaythrough: "canplaythrough" of "HTMLMediaElement",
        /// The length of the media has changed.
        ondurationchange: "durationchange" of "HTMLMediaElement",
        /// The media has become empty.
        onemptied: "emptied" of "HTMLMediaElement",
        /// The media has encrypted data.
        onencrypted: "encrypted" of "HTMLMediaElement",
        /// The media has been played to its end.
        onended: "ended" of "HTMLMediaElement",
        /// The first frame of the media has loaded.
        onloadeddata: "loadeddata" of "HTMLMediaElement",
        /// Length and size of the media are known.
        onloadedmetadata: "loadedmetadata" of "HTMLMediaElement",
        /// The browser starts to load the media.
        onloadstart: "loadstart" of "HTMLMediaElement",
        /// The media is paused.
        onpause: "pause" of "HTMLMediaElement",
        /// The media is no longer paused.
        onplay: "play" of "HTMLMediaElement",
        /// The media plays, after a pause or a lack of data.
        onplaying: "playing" of "HTMLMediaElement",
        /// The browser has loaded more of the media.
        onprogress: "progress" of "HTMLMediaElement",
        /// The speed has changed.
        onratechange: "ratechange" of "HTMLMediaElement",
        /// The browser has found a new position.
        onseeked: "seeked" of "HTMLMediaElement",
        /// The browser starts to search a new position.
        onseeking: "seeking" of "HTMLMediaElement",
        /// No data arrives.
        onstalled: "stalled" of "HTMLMediaElement",
        /// The browser has loaded enough for now.
        onsuspend: "suspend" of "HTMLMediaElement",
        /// The position has changed: several times a second.
        ontimeupdate: "timeupdate" of "HTMLMediaElement",
        /// The volume has changed, or the media is muted or no longer muted.
        onvolumechange: "volumechange" of "HTMLMediaElement",
        /// The media does not play for lack of data.
        onwaiting: "waiting" of "HTMLMediaElement",
    }
    CompositionData {
        /// An input method starts to compose a text.
        oncompositionstart: "compositionstart" of "Element",
        /// An input method has changed the composed text.
        oncompositionupdate: "compositionupdate" of "Element",
        /// An input method has finished a text.
        oncompositionend: "compositionend" of "Element",
    }
    SelectionData {
        /// Text in a field is selected.
        onselect: "select" of "HTMLInputElement",
        /// The visitor starts to select text.
        onselectstart: "selectstart" of "Node",
        /// The selection in a field has changed.
        onselectionchange: "selectionchange" of "HTMLInputElement",
    }
    ToggleData {
        /// A `<details>`, `<dialog>` or popover has opened or closed. It does not bubble.
        ontoggle: "toggle" of "HTMLElement",
        /// A `<dialog>` or popover is about to open or close. It does not bubble.
        onbeforetoggle: "beforetoggle" of "HTMLElement",
    }
    PlainData {
        /// The visitor dismisses a `<dialog>`, for example with Escape. It does not bubble.
        oncancel: "cancel" of "HTMLDialogElement",
        /// A `<dialog>` has closed. It does not bubble.
        onclose: "close" of "HTMLDialogElement",
        /// The element enters or leaves full screen.
        onfullscreenchange: "fullscreenchange" of "Element",
        /// The element cannot enter full screen.
        onfullscreenerror: "fullscreenerror" of "Element",
        /// The nodes of a `<slot>` have changed.
        onslotchange: "slotchange" of "HTMLSlotElement",
    }
}
