//! `Send` natively, and no bound in the browser: handlers and tasks of an app.
//!
//! Natively, a page may run on any thread of the server. A browser runs the app
//! on one thread, and its values, such as promises, cannot leave that thread.

use std::pin::Pin;

use futures_core::Stream;

/// A type that can be sent to another thread, if the app runs on several threads.
///
/// Natively, exactly the types that are `Send` implement this trait. On wasm32,
/// every type does. Event handlers, tasks and streams of a page have this bound.
/// A function that passes one of them on needs the same bound:
///
/// ```
/// use rally_core::effect::Effect;
/// use rally_core::maybe_send::MaybeSend;
///
/// fn twice<Msg: 'static>(make: impl Fn() -> Msg + Clone + MaybeSend + 'static) -> Effect<Msg> {
///     let (first, second) = (make.clone(), make);
///     Effect::batch([
///         Effect::task(async move { first() }),
///         Effect::task(async move { second() }),
///     ])
/// }
/// # assert_eq!(format!("{:?}", twice(|| ())), "[Task, Task]");
/// ```
pub trait MaybeSend: Send {}

impl<T: Send + ?Sized> MaybeSend for T {}

/// A function that turns an event into a message. It is called at most once.
pub type Then<Event, Msg> = Box<dyn FnOnce(Event) -> Msg + Send>;

/// A function that turns events into messages. It is called once for each event.
pub type Each<Event, Msg> = Box<dyn FnMut(Event) -> Msg + Send>;

/// The future of a task.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The stream of [`Effect::stream`](crate::effect::Effect::stream).
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// A function that is called any number of times.
pub type BoxFn<Argument, Output> = Box<dyn Fn(Argument) -> Output + Send>;
