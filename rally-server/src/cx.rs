//! The context of a handler.

use std::any::{Any, TypeId, type_name};
use std::io;
use std::sync::Arc;

use rally_core::form::File;

use crate::uploads::{Upload, Uploads};

/// What the server gives a handler or loader.
///
/// `S` is the app's state. An alias beside it keeps signatures short:
///
/// ```
/// struct Shop { currency: &'static str }
///
/// type Cx = rally_server::cx::Cx<Shop>;
///
/// async fn price(cents: u64, cx: &Cx) -> String {
///     format!("{cents} {}", cx.state().currency)
/// }
/// ```
pub struct Cx<S = ()> {
    state: Arc<S>,
    uploads: Uploads,
}

impl<S> Cx<S> {
    /// The app's state, as given to [`App::new`](crate::app::App::new).
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Reads a file that came with the call: from its beginning, each time. One
    /// at a time reads it; another waits.
    ///
    /// ```
    /// # use rally_server::cx::Cx;
    /// # use rally_core::form::File;
    /// use tokio::io::AsyncReadExt;
    ///
    /// async fn begins_as_png(photo: &File, cx: &Cx) -> std::io::Result<bool> {
    ///     let mut upload = cx.file(photo).await?;
    ///     let mut start = [0; 4];
    ///     upload.read_exact(&mut start).await?;
    ///     Ok(start == *b"\x89PNG")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the file did not come with the call, or the disk fails.
    pub async fn file(&self, file: &File) -> io::Result<Upload> {
        self.uploads.open(file).await
    }
}

/// A type that handlers can have as their context: [`Cx`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of a handler",
    note = "the second parameter is `cx: &Cx<State>`, where `State` is what `App::new` is given"
)]
pub trait HandlerCx: Sized + Send + Sync + 'static {
    /// The app's state.
    type State: Send + Sync + 'static;

    #[doc(hidden)]
    fn of(state: &State, uploads: Uploads) -> Option<Self>;
}

impl<S: Send + Sync + 'static> HandlerCx for Cx<S> {
    type State = S;

    fn of(state: &State, uploads: Uploads) -> Option<Self> {
        let state = state.0.clone().downcast().ok()?;
        Some(Self { state, uploads })
    }
}

/// The app's state, its type forgotten. The registry has compared the types of
/// all handlers with it before the first request.
#[derive(Clone)]
pub struct State(Arc<dyn Any + Send + Sync>);

impl State {
    pub(crate) fn new<S: Send + Sync + 'static>(state: S) -> Self {
        Self(Arc::new(state))
    }
}

/// Which type of state a handler expects.
pub(crate) struct StateType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl StateType {
    pub(crate) fn of<S: 'static>() -> Self {
        Self { id: TypeId::of::<S>(), name: type_name::<S>() }
    }
}
