//! The flash message and the messages to the client context that a navigation must not lose.

use std::mem;

use rally_core::carried::{Carried, ToCookie};
use rally_core::context::ContextMessage;
use rally_core::effect::Flash;

/// State of an effect for the page or document that the effect leads to. No I/O.
#[derive(Default)]
pub struct Carry {
    carried: Carried,
    /// Set by the first effect that leaves state.
    to_cookie: Option<ToCookie>,
}

impl Carry {
    /// Records a flash message, or that it was removed. The next navigation of an effect keeps it.
    pub fn flash(&mut self, flash: Option<Flash>) {
        self.to_cookie = flash.as_ref().map(|flash| flash.to_cookie).or(self.to_cookie);
        self.carried.flash = flash.map(|flash| flash.text);
    }

    /// Called when an effect navigates or reloads. Forgets the messages of an earlier effect.
    pub fn leaving(&mut self) {
        self.carried.messages.clear();
    }

    /// Records a message to the client context, of an effect that navigates or reloads.
    pub fn message(&mut self, message: &ContextMessage) {
        self.to_cookie = Some(message.to_cookie);
        self.carried.messages.extend(message.encode());
    }

    /// Returns `true` if the page to show next keeps the flash message.
    pub fn keeps_flash(&self) -> bool {
        self.carried.flash.is_some()
    }

    /// Called when the next page is shown, and when the visitor leaves the page themselves.
    pub fn clear(&mut self) {
        self.carried = Carried::default();
    }

    /// Returns the value of the cookie for the next document, once: this document may stay, for
    /// example if it loads a download. `None` if there is nothing to pass on.
    pub fn take_cookie(&mut self) -> Option<Result<String, String>> {
        let to_cookie = self.to_cookie?;
        let carried = mem::take(&mut self.carried);
        (!carried.is_empty()).then(|| to_cookie(&carried))
    }
}
