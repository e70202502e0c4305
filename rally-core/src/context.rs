//! The client context: the state that all pages and layouts of an app share.

use std::any::Any;

use crate::carried::{TO_COOKIE, ToCookie};
use crate::codec::{self, DecodeError, Names, Reader, Writer};
use crate::effect::{Action, Effect};
use crate::wire::{Never, Shape, Wire, hash};

/// The state that all pages and layouts share, such as the signed-in user or an open menu.
///
/// When the server renders a page, it makes the context and sends it with the
/// page. In the browser, the context survives navigations between pages, and
/// ends when the document is unloaded. Pages and layouts read the context
/// through the parameter `client`, and change it by sending it a message.
///
/// A reload starts with the context that `from_session` returns. So state that must stay, such as a
/// cart, belongs on the server: change it by a call, and then return
/// [`Effect::refresh_context`]. State of this browser alone can be
/// [stored](Effect::store) there.
///
/// The context and its messages are `Send`, as the model and the messages of a
/// [page](crate::page::Page).
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
/// # impl Wire for SiteMsg { // in an app: #[derive(Wire)]
/// #     fn shape(shape: &mut Shape) { shape.leaf(2) }
/// #     fn write(&self, to: &mut Writer) { to.nil() }
/// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
/// #         from.nil().map(|()| Self::MenuToggled)
/// #     }
/// # }
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
///             SiteMsg::MenuToggled => {
///                 self.menu_open = !self.menu_open;
///                 Effect::none()
///             }
///         }
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
pub trait Context: Wire + Send + Default {
    /// The messages that `update` handles.
    ///
    /// A message is encoded if it has to reach the context of the next document: see
    /// [`send`](Self::send).
    type Msg: Wire + Send;

    /// Returns the part of the context that Rally updates: path, language, theme and flash.
    fn browser(&mut self) -> &mut ClientContext;

    /// Handles a message: changes the context, and returns the effects to perform.
    ///
    /// A navigation to another page does not cancel these effects. The default ignores the message.
    /// It is for a context without messages, whose `Msg` is [`Never`].
    fn update(&mut self, msg: Self::Msg) -> Effect<Self::Msg> {
        let _ = msg;
        Effect::none()
    }

    /// Takes over what `from_session` has returned again, after
    /// [`Effect::refresh_context`].
    ///
    /// The default replaces the context, except for [`browser`](Self::browser): the
    /// browser knows its path, language, theme and flash better than the server. So it undoes what
    /// messages have changed since the request, unless the server knows of it.
    /// Override this method to keep more, such as an open menu:
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # #[derive(Default, Wire)]
    /// # struct Site { browser: ClientContext, menu_open: bool, unread: u32 }
    /// # impl Context for Site {
    /// #     type Msg = Never;
    /// #     fn browser(&mut self) -> &mut ClientContext { &mut self.browser }
    /// fn refresh(&mut self, fresh: Self) {
    ///     self.unread = fresh.unread;
    /// }
    /// # }
    /// # let mut site = Site { menu_open: true, ..Site::default() };
    /// # site.refresh(Site { unread: 2, ..Site::default() });
    /// # assert_eq!((site.menu_open, site.unread), (true, 2));
    /// ```
    fn refresh(&mut self, mut fresh: Self) {
        std::mem::swap(fresh.browser(), self.browser());
        *self = fresh;
    }

    /// Returns the effects to perform after each navigation in the browser. `current_path` is the
    /// new one.
    ///
    /// A navigation leads to another page, or to another URL of a page that
    /// [keeps its model](crate::page::Page::on_url). This method does not run after
    /// [`Effect::set_url`], nor for a document, because the server has just made its context. The
    /// default does nothing.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # use rally::Simulation;
    /// #[derive(Default, Wire)]
    /// struct Site {
    ///     browser: ClientContext,
    ///     menu_open: bool,
    ///     /// The number of unread messages, which `from_session` counts.
    ///     unread: u32,
    /// }
    ///
    /// impl Context for Site {
    ///     type Msg = Never;
    ///
    ///     fn browser(&mut self) -> &mut ClientContext {
    ///         &mut self.browser
    ///     }
    ///
    ///     fn navigated(&mut self) -> Effect<Never> {
    ///         self.menu_open = false;
    ///         Effect::refresh_context()
    ///     }
    ///
    ///     // Keeps a menu that the visitor has opened before the answer arrived.
    ///     fn refresh(&mut self, fresh: Self) {
    ///         self.unread = fresh.unread;
    ///     }
    /// }
    /// # let mut site = Site { menu_open: true, ..Site::default() };
    /// # assert_eq!(format!("{:?}", site.navigated()), "[RefreshContext]");
    /// # assert!(!site.menu_open);
    /// # site.menu_open = true;
    /// # site.refresh(Site { unread: 2, ..Site::default() });
    /// # assert_eq!((site.menu_open, site.unread), (true, 2));
    /// ```
    fn navigated(&mut self) -> Effect<Self::Msg> {
        Effect::none()
    }

    /// Returns the flash message for a posted form that its page does not have any more.
    ///
    /// If a form is posted without script, another tab or the first click of a double click may have
    /// removed its record meanwhile. The server then redirects to the page. If the visitor has filled
    /// in fields, their text is lost, and the page shows this message, after one that it was going to
    /// show anyway. The method runs on the server, with the context for the page of the form. The
    /// default is `This form is out of date.`
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # #[derive(Default, Wire)]
    /// # struct Site { browser: ClientContext }
    /// # impl Context for Site {
    /// #     type Msg = Never;
    /// #     fn browser(&mut self) -> &mut ClientContext { &mut self.browser }
    /// fn form_out_of_date(&self) -> String {
    ///     match &*self.browser.lang {
    ///         "de" => "Dieses Formular ist nicht mehr aktuell.".to_owned(),
    ///         _ => "This form is out of date.".to_owned(),
    ///     }
    /// }
    /// # }
    /// # assert_eq!(Site::default().form_out_of_date(), "This form is out of date.");
    /// ```
    fn form_out_of_date(&self) -> String {
        "This form is out of date.".to_owned()
    }

    /// Returns an effect that sends a message to the context.
    ///
    /// Return the effect from `update` or `mounted` of a page or layout. When
    /// the context has handled the message, page and layout are rendered again.
    ///
    /// A document load replaces the context. So the message travels to the next document, in a
    /// cookie, if a posted form leads there, or if the same effect navigates or reloads. A posted
    /// form that only sends messages is answered with a redirect to its page. When the next document
    /// is requested, the server handles the message with the context that `from_session` returns,
    /// and ignores the effects of `update`. A visitor can forge such a message, as everything in
    /// their browser. All messages and the flash together may have 3000 bytes; otherwise they are
    /// lost, and an error is logged.
    fn send<Msg: 'static>(&self, msg: Self::Msg) -> Effect<Msg> {
        Effect::one(Action::SendToContext(ContextMessage::new(msg)))
    }
}

/// A message to the client context, without its type.
pub struct ContextMessage {
    pub(crate) message: Box<dyn Any + Send>,
    encode: fn(&(dyn Any + Send)) -> Option<Vec<u8>>,
    /// Encodes the message for the context of the next document.
    pub to_cookie: ToCookie,
}

impl ContextMessage {
    fn new<Msg: Wire + Send>(message: Msg) -> Self {
        Self {
            message: Box::new(message),
            encode: |message| codec::encode(message.downcast_ref::<Msg>()?).ok(),
            to_cookie: TO_COOKIE,
        }
    }

    /// Encodes the message. Returns `None` if it cannot be encoded.
    pub fn encode(&self) -> Option<Vec<u8>> {
        (self.encode)(&*self.message)
    }
}

/// Encodes the message of the built-in call for the client context.
pub(crate) fn refresh_message(page: &str, client: &ClientContext) -> Vec<u8> {
    let client = ClientContext { flash: None, ..client.clone() };
    codec::encode(&(page.to_owned(), client)).unwrap_or_default()
}

/// The state of the browser that Rally keeps up to date: path, language, theme and flash.
///
/// An app that does not define a client context has this type as its client
/// context.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ClientContext {
    /// Path and query of the page that is shown, as in `/products/7?tab=new`.
    /// The path changes before the next page's `init` runs, not when that page
    /// starts to load.
    pub current_path: String,
    /// The language of the app, such as `de`. The language is set by
    /// [`Effect::set_lang`]. If it is not set, the browser's language is used,
    /// or else `en`.
    pub lang: String,
    /// `true` if the theme is dark. The theme is set by
    /// [`Effect::set_dark_mode`]. If it is not set, the system's theme is used.
    /// The server does not know the system's theme and uses `false`.
    pub dark_mode: bool,
    /// The message that [`Effect::flash`] shows; `None` if there is none.
    pub flash: Option<String>,
}

impl Context for ClientContext {
    type Msg = Never;

    fn browser(&mut self) -> &mut ClientContext {
        self
    }
}

const NAMES: &Names = &Names {
    all: &["current_path", "lang", "dark_mode", "flash"],
    aliases: &[],
    known_only: false,
};

impl Wire for ClientContext {
    fn shape(shape: &mut Shape) {
        let description =
            const { hash("struct ClientContext{current_path:,lang:,dark_mode:,flash:,}") };
        shape.defined::<Self>(description, |shape| {
            String::shape(shape);
            String::shape(shape);
            bool::shape(shape);
            Option::<String>::shape(shape);
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
            to.field(3);
            self.flash.write(to);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.fields(NAMES, |from| {
            Ok(Self {
                current_path: from.field(0, Wire::read)?,
                lang: from.field(1, Wire::read)?,
                dark_mode: from.field(2, Wire::read)?,
                flash: from.field(3, Wire::read)?,
            })
        })
    }
}

/// Name of the built-in call of [`Effect::refresh_context`]. Its message is the name of the
/// shown page and its [`ClientContext`], as a tuple, and its answer the client context.
pub const CONTEXT_CALL: &str = "rally::context";

/// Name of the cookie that stores the choice of [`Effect::set_dark_mode`]: `1`
/// is dark, `0` is light.
pub const DARK_MODE_COOKIE: &str = "__rally_dark_mode";

/// Name of the cookie that stores the choice of [`Effect::set_lang`], such as `de`.
pub const LANG_COOKIE: &str = "__rally_lang";

/// The language of the app if neither the visitor nor the browser chooses a language.
pub const DEFAULT_LANG: &str = "en";

/// Returns the primary subtag of a language tag, in lower case.
///
/// Returns `None` if the subtag is not two to eight ASCII letters.
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
    let language = tag.trim_ascii().split(['-', '_']).next()?;
    let is_language =
        matches!(language.len(), 2..=8) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_language.then(|| language.to_ascii_lowercase())
}

/// Parses the dark mode cookie. Returns `None` if the cookie is absent or invalid.
pub fn dark_mode_of(cookie: Option<&str>) -> Option<bool> {
    match cookie?.trim_ascii() {
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
        let flash = Some("Saved.".to_owned());
        let context = ClientContext { current_path, lang, dark_mode: true, flash };
        let bytes = encode(&context).unwrap();
        assert_eq!(bytes, b"\x94\xa4/a?b\xa2de\xc3\xa6Saved.");
        assert_eq!(decode::<ClientContext>(&bytes).unwrap(), context);
    }

    #[test]
    fn an_invalid_dark_mode_cookie_is_ignored() {
        let cookies = [None, Some(""), Some("1"), Some("0"), Some("true"), Some("11")];
        let found = cookies.map(dark_mode_of);
        assert_eq!(found, [None, None, Some(true), Some(false), None, None]);
    }
}
