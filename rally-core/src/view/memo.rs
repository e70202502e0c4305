//! `memo`: a part of a view that is built again only if its input has changed.

use std::any::Any;
use std::panic::Location;

use super::builder::Builder;
use super::element::{Element, Shared};
use super::memos::Memo;
use super::scope;

/// Builds a part of a view only if `deps` differ from those of the last render.
///
/// Otherwise, the part of the last render is used again without a comparison.
/// `view` must read nothing that is not in `deps`, and so not the client context
/// either.
///
/// A part with forms is also built again at another URL of the page.
///
/// The part is found by its place in the source code and its `deps`. So a memo
/// can be in a loop, also if the order of the items changes.
///
/// ```
/// # use rally::prelude::*;
/// use rally::view::memo;
///
/// # struct Article { id: u32, version: u32, title: String }
/// fn list(articles: &[Article]) -> Element {
///     rsx! {
///         for article in articles {
///             {memo((article.id, article.version), || rsx! { h2 { "{article.title}" } })}
///         }
///     }
/// }
/// # drop(list(&[]));
/// ```
#[track_caller]
pub fn memo<D>(deps: D, view: impl FnOnce() -> Element) -> Element
where
    D: PartialEq + Send + 'static,
{
    let site = Location::caller();
    // Text is written once. Without a program, there is no last render.
    if !Builder::is_building() || !scope::is_active() {
        let inner = view();
        let mut builder = Builder::start();
        // The text has the comments of the view below, by which it is hydrated.
        builder.wrap_begin();
        builder.element(inner);
        builder.wrap_end();
        return builder.finish();
    }
    let is_equal = |known: &dyn Any| known.downcast_ref::<D>().is_some_and(|it| *it == deps);
    let shared = match scope::with(|scope| scope.reuse(site, is_equal)).flatten() {
        Some(shared) => shared,
        None => {
            let begin = scope::with(|scope| (scope.mappings.reused(), scope.forms.bound()));
            let (begin, bound) = begin.unwrap_or_default();
            let shared = Shared::new(view().into_views());
            let made = shared.clone();
            scope::with(|scope| {
                let mappings = scope.mappings.since(begin);
                let (deps, has_forms) = (Box::new(deps), scope.forms.bound() != bound);
                let memo = Memo { site, deps, shared: made, has_forms, mappings };
                scope.memos.add(memo);
            });
            shared
        }
    };
    let mut builder = Builder::start();
    builder.shared(shared);
    builder.finish()
}
