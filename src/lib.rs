//! Rally is a full-stack web framework: a page is one file in the Elm style,
//! which may also contain the server functions that the page calls.
//!
//! Of the crates of Rally, an app depends only on this one, with feature `ssr`
//! for the server (native) and `web` for the browser (wasm32). No other crate
//! of Rally has these two features.

#[cfg(all(feature = "ssr", target_arch = "wasm32"))]
compile_error!(
    "feature `ssr` is only for the native server: build the browser side with \
     `--no-default-features --features web` (trunk: data-cargo-no-default-features, \
     data-cargo-features=\"web\")"
);

#[cfg_attr(feature = "ssr", path = "macros/server.rs")]
#[cfg_attr(not(feature = "ssr"), path = "macros/browser.rs")]
mod macros;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub mod testing;

pub use rally_core::call::{Call, CallError, CallExt, Failure, Outcome, Reply, call_fingerprint};
pub use rally_core::codec::DecodeLimits;
pub use rally_core::context::{ClientContext, Context};
pub use rally_core::dispatch::Dispatch;
pub use rally_core::effect::{Effect, ElementAction, History};
pub use rally_core::error::{Error, OrReject, reject};
pub use rally_core::error_page::PageError;
pub use rally_core::form::{FieldErrors, File, Form, FormState, FormValues, Submitted};
pub use rally_core::frame::Refusal;
pub use rally_core::head::Head;
pub use rally_core::layout::Layout;
pub use rally_core::maybe_send::MaybeSend;
pub use rally_core::page::{LoadError, OnUrl, Page};
pub use rally_core::registry::PageEntry;
pub use rally_core::route::{LocalPath, Route, href};
pub use rally_core::wire::{Never, Wire};
pub use rally_core::{http, view};
pub use rally_macros::{Form, Wire, component, error_page, job, loader, page, pages, rsx, server};

#[cfg(not(target_arch = "wasm32"))]
pub use rally_core::simulate::Simulation;
#[cfg(feature = "ssr")]
pub use server::*;

/// Forms: their types, values and errors.
pub mod form {
    pub use rally_core::effect::FormAction;
    pub use rally_core::form::{
        Choice, ChoiceSpec, Field, FieldError, FieldErrors, FieldSpec, File, Form, FormAttributes,
        FormButton, FormError, FormItem, FormReader, FormState, FormValue, FormValues, FormWriter,
        Given, Kind, Rules, Submitted, UnknownChoice,
    };
}

/// The result of the server's functions. The default error is [`Error`].
///
/// A handler with errors for the browser returns `Result<T, CallError<E>>`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The imports of a page file: `use rally::prelude::*`.
pub mod prelude {
    pub use crate::form::Choice;
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub use crate::jobs::JobExt;
    #[cfg(feature = "ssr")]
    pub use crate::server::{App, Cx, HttpCx};
    pub use crate::view::{
        AnimationEvent, ClipboardEvent, CompositionEvent, DragEvent, Element, Event, FocusEvent,
        FormEvent, Key, KeyboardEvent, MediaEvent, Modifiers, MouseEvent, PlainEvent, PointerEvent,
        ScrollEvent, SelectionEvent, ToggleEvent, TouchEvent, TransitionEvent, WheelEvent, memo,
    };
    pub use crate::{
        Call, CallError, CallExt, ClientContext, Context, Dispatch, Effect, Failure, FieldErrors,
        Form, FormState, FormValues, Head, History, Layout, LoadError, LocalPath, Never, OnUrl,
        OrReject, Page, PageError, Reply, Result, Submitted, Wire, component, error_page, href,
        job, loader, page, reject, rsx, server,
    };
    // Not in the root, where the macro `server_only!` has this name.
    pub use rally_macros::server_only;
}

/// Items for generated code only. They may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use rally_core::call::Call;
    pub use rally_core::codec::{DecodeError, DecodeErrorKind, Names, Reader, Writer};
    pub use rally_core::context::ClientContext;
    pub use rally_core::dispatch::Dispatch;
    pub use rally_core::error_page::{ErrorView, PageError};
    pub use rally_core::form;
    pub use rally_core::head::Head;
    pub use rally_core::layout::{NoLayout, WithoutLayout};
    pub use rally_core::page::{ContextOf, Load, LoadError, Loaded, Page};
    pub use rally_core::registry::PageEntry;
    pub use rally_core::route::{Params, Route, UrlField, check_fields, check_function};
    pub use rally_core::view::expansion as view;
    pub use rally_core::wire::{Never, Shape, Wire, field, hash};
    pub use serde;

    pub use crate::{jobs_only, server_only};

    /// The elements of `rsx!`, for editors.
    pub mod elements {
        rally_macros::__elements!();
    }

    #[cfg(feature = "ssr")]
    pub use crate::server::private::*;
    #[cfg(all(feature = "web", target_arch = "wasm32"))]
    pub use rally_client::mount;
}
