//! Effects with a key: delayed ones, and those that can be cancelled.

use std::borrow::Cow;
use std::time::Duration;

use super::{Action, Effect, KeyedCode};

/// The key of an effect. Each page, layout or client context has keys of its own.
pub type Key = Cow<'static, str>;

/// The time at which the actions with a key start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// At once.
    Cancellable,
    /// After a time without another effect of the same key and kind.
    Debounce(Duration),
    /// At once, but at most once in each interval.
    Throttle(Duration),
}

/// Effects with a key. The keys belong to the page, layout or client context that uses them.
///
/// ```
/// # use std::time::Duration;
/// # use rally_core::{context::ClientContext, effect::Effect, route::{Params, Route}};
/// # struct Tickets { search: String }
/// # impl Route for Tickets {
/// #     const PATTERN: &'static str = "/tickets";
/// #     type Context = ClientContext;
/// #     fn from_params(params: &Params) -> Option<Self> { Some(Self { search: params.query("search")? }) }
/// #     fn write_params(&self, params: &mut Params) { params.set_query("search", &self.search) }
/// # }
/// # struct Model { search: String }
/// # enum Msg { Typed(String) }
/// # impl Model {
/// #   fn update(&mut self, msg: Msg) -> Effect<Msg> {
/// #       match msg {
/// // A search field that loads the page of what is typed, see `Page::on_url`.
/// Msg::Typed(text) => {
///     self.search = text.clone();
///     let found = Effect::replace(Tickets { search: text });
///     Effect::debounce("search", Duration::from_millis(300), found)
/// }
/// #       }
/// #   }
/// # }
/// # let effect = Model { search: String::new() }.update(Msg::Typed("tea".to_owned()));
/// # let expected = r#"[Debounce(300ms)("search", [Navigate(/tickets?search=tea)])]"#;
/// # assert_eq!(format!("{effect:?}"), expected);
/// ```
impl<Msg: 'static> Effect<Msg> {
    /// Starts an effect after a delay in which no other `debounce` of this key was returned.
    ///
    /// The last effect wins: a later one [cancels](Self::cancel) this one, also if this one has
    /// started and is not finished. So no reply to an older call, and no older navigation, arrives
    /// after it. A navigation that starts within the delay, such as by a link, replaces those that
    /// wait.
    pub fn debounce(key: impl Into<Key>, delay: Duration, effect: Self) -> Self {
        effect.keyed(key, Timing::Debounce(delay))
    }

    /// Starts an effect at most once in each interval.
    ///
    /// The first effect of a key starts at once. Of those that follow within the interval, the last
    /// starts at the end of the interval, and begins another.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rally_core::effect::Effect;
    /// # struct Model { text: String }
    /// # enum Msg { Typed(String) }
    /// # impl Model {
    /// fn update(&mut self, msg: Msg) -> Effect<Msg> {
    ///     match msg {
    ///         // Stores a draft while the visitor types, at most once in a second.
    ///         Msg::Typed(text) => {
    ///             self.text = text.clone();
    ///             let store = Effect::store("draft", Some(text));
    ///             Effect::throttle("draft", Duration::from_secs(1), store)
    ///         }
    ///     }
    /// }
    /// # }
    /// # let effect = Model { text: String::new() }.update(Msg::Typed("a".to_owned()));
    /// # assert_eq!(format!("{effect:?}"), r#"[Throttle(1s)("draft", [Store(draft)])]"#);
    /// ```
    pub fn throttle(key: impl Into<Key>, interval: Duration, effect: Self) -> Self {
        effect.keyed(key, Timing::Throttle(interval))
    }

    /// Gives the effect a key, by which [`cancel`](Self::cancel) ends it.
    ///
    /// Several effects may have the same key, and all are cancelled together.
    pub fn cancellable(self, key: impl Into<Key>) -> Self {
        self.keyed(key, Timing::Cancellable)
    }

    /// Cancels the effects with this key, also those that wait in a [`debounce`](Self::debounce) or
    /// [`throttle`](Self::throttle).
    ///
    /// Timers stop, futures and streams are dropped, and a navigation that is loading is given up.
    /// HTTP requests and calls with files are aborted. Another call is not: the server handles it,
    /// but its reply sends no message. A message that was sent before is still handled.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rally_core::effect::Effect;
    /// # #[derive(Clone)] enum Msg { HideNotice }
    /// # fn update() -> Effect<Msg> {
    /// // Starts the timer of a notice again.
    /// Effect::batch([
    ///     Effect::cancel("notice"),
    ///     Effect::after(Duration::from_secs(5), || Msg::HideNotice).cancellable("notice"),
    /// ])
    /// # }
    /// # let expected = r#"[Cancel("notice"), Cancellable("notice", [After(5s)])]"#;
    /// # assert_eq!(format!("{:?}", update()), expected);
    /// ```
    pub fn cancel(key: impl Into<Key>) -> Self {
        Self::one(Action::Cancel(key.into(), &KeyedCode::EXECUTE))
    }

    fn keyed(self, key: impl Into<Key>, timing: Timing) -> Self {
        Self::one(Action::Keyed(key.into(), timing, self.actions, &KeyedCode::EXECUTE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_reaches_the_messages_inside_of_a_key() {
        let effect = Effect::after_render(|| 1).cancellable("a").map(|number| number + 1);
        let (sent, messages) = std::sync::mpsc::channel();
        let mut actions = effect.into_actions(move |number| sent.send(number).unwrap());
        let Some(Action::Keyed(key, Timing::Cancellable, mut inner, _)) = actions.pop() else {
            panic!("the action should have a key")
        };
        let Some(Action::AfterRender(then)) = inner.pop() else { panic!("an action is missing") };
        then(());
        assert_eq!((&*key, messages.try_iter().collect::<Vec<_>>()), ("a", vec![2]));
    }
}
