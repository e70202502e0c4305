//! Effects on the document after a render: focus, scrolling, dialogs; and on the clipboard.

use super::{Action, Effect};
use crate::maybe_send::MaybeSend;

/// An action on the element with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElementAction {
    /// Moves the focus to the element.
    Focus(String),
    /// Moves the focus to the element and selects its text.
    Select(String),
    /// Scrolls until the element is visible.
    ScrollIntoView(String),
    /// Opens a `dialog` as a modal dialog.
    ShowDialog(String),
    /// Closes a `dialog`.
    CloseDialog(String),
}

/// Effects after a render.
///
/// Each is performed after the next render, so that an element that this update
/// adds is in the document. If no element has the id, nothing happens; a build
/// for development writes an error to the console.
///
/// ```
/// use rally_core::effect::Effect;
///
/// # enum Msg { Added, Confirm, Copied(bool) }
/// # fn update(items: &mut Vec<u32>, msg: Msg) -> Effect<Msg> {
/// match msg {
///     Msg::Added => {
///         items.push(0);
///         // The view writes `input { id: "item-{index}", .. }`.
///         Effect::focus(format!("item-{}", items.len() - 1))
///     }
///     Msg::Confirm => Effect::show_dialog("confirm"),
///     # Msg::Copied(_) => Effect::copy("https://example.com/", Msg::Copied),
///     // ..
/// }
/// # }
/// # let effect = update(&mut Vec::new(), Msg::Added);
/// # assert_eq!(format!("{effect:?}"), r#"[Focus("item-0")]"#);
/// # let effect = update(&mut Vec::new(), Msg::Copied(true));
/// # assert_eq!(format!("{effect:?}"), r#"[Copy("https://example.com/")]"#);
/// # assert_eq!(format!("{:?}", update(&mut Vec::new(), Msg::Confirm)), r#"[ShowDialog("confirm")]"#);
/// ```
impl<Msg: 'static> Effect<Msg> {
    /// Sends a message once the document shows the result of this update.
    pub fn after_render(message: impl FnOnce() -> Msg + MaybeSend + 'static) -> Self {
        Self::one(Action::AfterRender(Box::new(|()| super::message(message()))))
    }

    /// Moves the focus to the element with this id.
    pub fn focus(id: impl Into<String>) -> Self {
        Self::one(Action::Element(ElementAction::Focus(id.into())))
    }

    /// Moves the focus to the `input` or `textarea` with this id, and selects its text: what the
    /// visitor types replaces it.
    pub fn select(id: impl Into<String>) -> Self {
        Self::one(Action::Element(ElementAction::Select(id.into())))
    }

    /// Scrolls, by the shortest way, until the element with this id is visible.
    pub fn scroll_into_view(id: impl Into<String>) -> Self {
        Self::one(Action::Element(ElementAction::ScrollIntoView(id.into())))
    }

    /// Opens the `dialog` element with this id as a modal dialog.
    ///
    /// The visitor closes it with the escape key, a `form { method: "dialog", .. }` in
    /// it, or a button whose message returns [`close_dialog`](Self::close_dialog). The
    /// element's event `close` follows. The view must not set its attribute `open`.
    pub fn show_dialog(id: impl Into<String>) -> Self {
        Self::one(Action::Element(ElementAction::ShowDialog(id.into())))
    }

    /// Closes the `dialog` element with this id.
    pub fn close_dialog(id: impl Into<String>) -> Self {
        Self::one(Action::Element(ElementAction::CloseDialog(id.into())))
    }

    /// Copies a text to the clipboard. The message gets `true` if the text was copied.
    ///
    /// Browsers allow this soon after a click or a key, on pages that were loaded
    /// over HTTPS or from `localhost`. Unlike the other effects of this kind, it does
    /// not wait for the render.
    pub fn copy(
        text: impl Into<String>,
        then: impl FnOnce(bool) -> Msg + MaybeSend + 'static,
    ) -> Self {
        Self::one(Action::Copy(text.into(), Box::new(|copied| super::message(then(copied)))))
    }
}
