//! The client context: the state that all pages and layouts of an app share.

use std::any::Any;

use crate::codec::{DecodeError, Names, Reader, Writer};
use crate::effect::{Action, Effect};
use crate::wire::{Never, Shape, Wire, hash};

/// The state that all pages and layouts share, such as the signed-in user, cart or open menu.
///
/// The server makes the context for the first request and sends it with the
/// page. In the browser it exists as long as the document. Pages and layouts
/// read it as `client`, and change it by sending a message.
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
/// // In `update` of a page or layout, whose context is `client: &Site`:
/// # fn update<Msg: 'static>(client: &Site) -> Effect<Msg> {
/// client.send(SiteMsg::MenuToggled)
/// # }
/// # assert_eq!(format!("{:?}", update::<()>(&Site::default())), "[SendToContext]");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client context",
    note = "write `impl Context for {Self} {{ .. }}`, and `#[derive(Default, Wire)]` above `{Self}`"
)]
pub trait Context: Wire + Default {
    /// The messages of the context.
    type Msg: 'static;

    /// Returns the part that Rally keeps up to date with the browser.
    fn browser(&mut self) -> &mut ClientContext;

    /// Handles a message: changes the context, and returns the effects to perform.
    ///
    /// The effects run until the document is closed.
    fn update(&mut self, msg: Self::Msg) -> Effect<Self::Msg>;

    /// Returns an effect that sends a message to the context.
    ///
    /// Return it from `update` or `mounted` of a page or layout. Page and
    /// layout are rendered again after the context has handled the message.
    fn send<Msg: 'static>(&self, msg: Self::Msg) -> Effect<Msg> {
        Effect::one(Action::SendToContext(ContextMessage(Box::new(msg))))
    }
}

/// A message to the client context, of any type.
pub struct ContextMessage(pub(crate) Box<dyn Any>);

/// The browser's state as Rally keeps it.
///
/// It is also the whole client context of an app that does not define its own.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ClientContext {
    /// Path and query of the page that is shown, as in `/products/7?tab=new`.
    /// It changes when the next page is shown, not when that page starts to
    /// load.
    pub current_path: String,
    /// The language of the app, as in `de`. It is the visitor's choice by
    /// [`Effect::set_lang`], or else the browser's language, or else `en`.
    pub lang: String,
    /// `true` if the app is dark. It is the visitor's choice by
    /// [`Effect::set_dark_mode`], or else the system's setting. The server does
    /// not know the system's setting and uses `false`.
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

/// Name of the cookie that stores the choice of [`Effect::set_dark_mode`]: `1`
/// is dark, `0` is light.
pub const DARK_MODE_COOKIE: &str = "__rally_dark_mode";

/// Name of the cookie that stores the choice of [`Effect::set_lang`], such as `de`.
pub const LANG_COOKIE: &str = "__rally_lang";

/// The language if neither visitor nor browser names one.
pub const DEFAULT_LANG: &str = "en";

/// Returns the primary subtag of a language tag. `None` if the tag names no language.
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

/// Parses the dark mode cookie. `None` if it is absent or invalid.
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
    fn the_context_survives_the_codec() {
        let (current_path, lang) = ("/a?b".to_owned(), "de".to_owned());
        let context = ClientContext { current_path, lang, dark_mode: true };
        let bytes = encode(&context).unwrap();
        assert_eq!(bytes, b"\x93\xa4/a?b\xa2de\xc3");
        assert_eq!(decode::<ClientContext>(&bytes).unwrap(), context);
    }

    #[test]
    fn an_invalid_dark_mode_cookie_is_ignored() {
        let cookies = [None, Some(""), Some("1"), Some("0"), Some("true"), Some("11")];
        let found = cookies.map(dark_mode_of);
        assert_eq!(found, [None, None, Some(true), Some(false), None, None]);
    }
}
