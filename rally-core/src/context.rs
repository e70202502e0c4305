//! The client context: what every page and layout of an app is given as `cx`.

use std::any::Any;

use crate::codec::{DecodeError, Names, Reader, Writer};
use crate::effect::{Action, Effect};
use crate::wire::{Never, Shape, Wire, hash};

/// What all pages and layouts of an app share in the browser: who has signed
/// in, what is in the cart, whether the menu is open.
///
/// It is made for the first request on the server, travels with the page, and
/// lives in the browser for as long as the document does. Pages and layouts
/// read it, and change it by a message.
///
/// ```
/// # use rally_core::{codec::*, context::*, effect::Effect, simulate::*, wire::*};
/// #[derive(Default)]
/// struct Site {
///     browser: ClientContext,
///     menu_open: bool,
/// }
/// # impl Wire for Site { // in an app: #[derive(Wire)]
/// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
/// #     fn write(&self, to: &mut Writer) { self.browser.write(to); self.menu_open.write(to) }
/// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
/// #         Ok(Self { browser: Wire::read(from)?, menu_open: Wire::read(from)? })
/// #     }
/// # }
///
/// enum SiteMsg {
///     MenuToggled,
/// }
///
/// impl Context for Site {
///     type Msg = SiteMsg;
///
///     fn browser(&mut self) -> &mut ClientContext {
///         &mut self.browser
///     }
///
///     fn update(&mut self, msg: SiteMsg) -> Effect<SiteMsg> {
///         match msg {
///             SiteMsg::MenuToggled => self.menu_open = !self.menu_open,
///         }
///         Effect::none()
///     }
/// }
///
/// // In `update` of a page or layout, which is given `cx: &Site`:
/// # fn update<Msg: 'static>(client: &Site) -> Effect<Msg> {
/// client.send(SiteMsg::MenuToggled)
/// # }
/// # assert_eq!(format!("{:?}", update::<()>(&Site::default())), "[SendToContext]");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client context",
    note = "write `impl Context for {Self} {{ .. }}`, and `#[derive(Default, Wire)]` above it"
)]
pub trait Context: Wire + Default {
    /// What can happen to it.
    type Msg: 'static;

    /// The part that Rally keeps in step with the browser.
    fn browser(&mut self) -> &mut ClientContext;

    /// Takes a message in, and says what to do about it. The effects live as
    /// long as the document.
    fn update(&mut self, msg: Self::Msg) -> Effect<Self::Msg>;

    /// Sends a message to the context. For `update` and `mounted` of pages and
    /// layouts, whatever their own messages are: after it, all that is shown
    /// is rendered with the context as it is then.
    fn send<Msg: 'static>(&self, msg: Self::Msg) -> Effect<Msg> {
        Effect::one(Action::SendToContext(ContextMessage(Box::new(msg))))
    }
}

/// A message to the context, whichever its type.
pub struct ContextMessage(pub(crate) Box<dyn Any>);

/// What Rally itself knows of the browser, and the context of an app that does
/// not define its own.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ClientContext {
    /// Path and query of the page that is shown, as in `/products/7?tab=new`.
    /// While the next page is being loaded it is still the one before.
    pub current_path: String,
    /// The language to speak, as in `de`: what the visitor has chosen by
    /// [`Effect::set_lang`], else the browser's, else `en`.
    pub lang: String,
    /// Whether to be dark: what the visitor has chosen by
    /// [`Effect::set_dark_mode`], else the system's. The server does not know
    /// the system's, and takes it to be light.
    pub dark_mode: bool,
}

impl Context for ClientContext {
    type Msg = Never;

    fn browser(&mut self) -> &mut ClientContext {
        self
    }

    fn update(&mut self, msg: Never) -> Effect<Never> {
        match msg {}
    }
}

const NAMES: &Names =
    &Names { all: &["current_path", "lang", "dark_mode"], aliases: &[], known_only: false };

impl Wire for ClientContext {
    fn shape(shape: &mut Shape) {
        let description = const { hash("struct ClientContext{current_path:,lang:,dark_mode:,}") };
        shape.defined::<Self>(description, |shape| {
            String::shape(shape);
            String::shape(shape);
            bool::shape(shape);
        });
    }

    fn write(&self, to: &mut Writer) {
        to.fields(NAMES.all, |to| {
            to.field(0);
            self.current_path.write(to);
            to.field(1);
            self.lang.write(to);
            to.field(2);
            self.dark_mode.write(to);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.fields(NAMES, |from| {
            Ok(Self {
                current_path: from.field(0, Wire::read)?,
                lang: from.field(1, Wire::read)?,
                dark_mode: from.field(2, Wire::read)?,
            })
        })
    }
}

/// The cookie that keeps what [`Effect::set_dark_mode`] chose: `1` or `0`.
pub const DARK_MODE_COOKIE: &str = "__rally_dark_mode";

/// The cookie that keeps what [`Effect::set_lang`] chose: a primary subtag.
pub const LANG_COOKIE: &str = "__rally_lang";

/// The language of a visitor of whom nothing is known.
pub const DEFAULT_LANG: &str = "en";

/// The language of a tag such as `de-AT`: `de`. `None` when it is no language.
///
/// ```
/// use rally_core::context::primary_subtag;
///
/// assert_eq!(primary_subtag("de-AT").as_deref(), Some("de"));
/// assert_eq!(primary_subtag(" EN_us").as_deref(), Some("en"));
/// assert_eq!(primary_subtag("*"), None);
/// assert_eq!(primary_subtag("<script>"), None);
/// ```
pub fn primary_subtag(tag: &str) -> Option<String> {
    let language = tag.trim().split(['-', '_']).next()?;
    let is_language =
        matches!(language.len(), 2..=8) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_language.then(|| language.to_ascii_lowercase())
}

/// What the dark mode cookie says: `None` when there is none, or it is wrong.
pub fn dark_mode_of(cookie: Option<&str>) -> Option<bool> {
    match cookie?.trim() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn it_travels() {
        let (current_path, lang) = ("/a?b".to_owned(), "de".to_owned());
        let context = ClientContext { current_path, lang, dark_mode: true };
        let bytes = encode(&context).unwrap();
        assert_eq!(bytes, b"\x93\xa4/a?b\xa2de\xc3");
        assert_eq!(decode::<ClientContext>(&bytes).unwrap(), context);
    }

    #[test]
    fn a_cookie_of_something_else_says_nothing() {
        let said = [None, Some(""), Some("1"), Some("0"), Some("true"), Some("11")];
        let found = said.map(dark_mode_of);
        assert_eq!(found, [None, None, Some(true), Some(false), None, None]);
    }
}
