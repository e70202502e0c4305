//! The flash message and the messages to the client context that a navigation must not lose.

use rally_core::carried::{Carried, TooLargeToCarry};

/// State of an effect for the page or document that the effect leads to. No I/O.
#[derive(Default)]
pub struct Carry(Carried);

impl Carry {
    /// Records a flash message. The next navigation of an effect keeps it.
    pub fn flash(&mut self, text: String) {
        self.0.flash = Some(text);
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

    /// Returns the value of the cookie for the next document; `None` if there is nothing to pass
    /// on.
    pub fn cookie(&self) -> Option<Result<String, TooLargeToCarry>> {
        (!self.0.is_empty()).then(|| self.0.to_cookie())
    }
}
