//! The replacement for `maybe_send.rs` in the browser build, which runs on one thread.

use std::pin::Pin;

use futures_core::Stream;

/// A type that can be sent to another thread, if the app runs on several threads.
///
/// In the browser, every type implements this trait. Natively, exactly the types
/// that are `Send` do.
pub trait MaybeSend {}

impl<T: ?Sized> MaybeSend for T {}

/// A function that turns an event into a message. It is called at most once.
pub type Then<Event, Msg> = Box<dyn FnOnce(Event) -> Msg>;

/// A function that turns events into messages. It is called once for each event.
pub type Each<Event, Msg> = Box<dyn FnMut(Event) -> Msg>;

/// The future of a task.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// The stream of [`Effect::stream`](crate::effect::Effect::stream).
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T>>>;

/// A function that is called any number of times.
pub type BoxFn<Argument, Output> = Box<dyn Fn(Argument) -> Output>;
