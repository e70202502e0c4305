//! The flash message and the messages to the client context that a navigation must not lose.

use std::mem;

use rally_core::carried::{Carried, TooLargeToCarry};

/// State of an effect for the page or document that the effect leads to. No I/O.
#[derive(Default)]
pub struct Carry(Carried);

impl Carry {
    /// Records a flash message, or that it was removed. The next navigation of an effect keeps it.
    pub fn flash(&mut self, text: Option<String>) {
        self.0.flash = text;
    }

    /// Called when an effect navigates or reloads. Forgets the messages of an earlier effect.
    pub fn leaving(&mut self) {
        self.0.messages.clear();
    }

    /// Records a message to the client context, of an effect that navigates or reloads.
    pub fn message(&mut self, encoded: Option<Vec<u8>>) {
        self.0.messages.extend(encoded);
    }

    /// Returns `true` if the page to show next keeps the flash message.
    pub fn keeps_flash(&self) -> bool {
        self.0.flash.is_some()
    }

    /// Called when the next page is shown, and when the visitor leaves the page themselves.
    pub fn clear(&mut self) {
        self.0 = Carried::default();
    }

    /// Returns the value of the cookie for the next document, once: this document may stay, for
    /// example if it loads a download. `None` if there is nothing to pass on.
    pub fn take_cookie(&mut self) -> Option<Result<String, TooLargeToCarry>> {
        let carried = mem::take(&mut self.0);
        (!carried.is_empty()).then(|| carried.to_cookie())
    }
}
