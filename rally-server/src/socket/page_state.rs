//! The current page of a socket: the last one that the guard has admitted the caller to.

use std::any::TypeId;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture, Shared};
use rally_core::frame::RequestId;

use crate::auth::caller::AdmittedPage;
use crate::auth::guard::AuthRefusal;

/// The current page. A request uses the page that is current when the request is received, even if
/// the tab shows another page soon after.
///
/// The tab may show another page than the current one, because the report of its page was refused
/// or did not arrive. So each call names the report of the page that it was made on, and a call with
/// `page` runs only if this is the current page: it may have been written for another record.
pub(super) struct PageState(PendingPage);

/// The current page after the guard's decision, which may be pending. Clones share the decision.
pub(super) type PendingPage = Shared<BoxFuture<'static, CurrentPage>>;

#[derive(Clone, Default)]
pub(super) struct CurrentPage {
    page: Option<Page>,
    refused: Option<AuthRefusal>,
}

#[derive(Clone)]
pub(super) struct Page {
    /// The id of the `PageShown` frame.
    pub(super) reported_by: RequestId,
    pub(super) admitted: Arc<AdmittedPage>,
    pub(super) name: &'static str,
    pub(super) url: Arc<str>,
}

impl PageState {
    pub(super) fn new() -> Self {
        Self(future::ready(CurrentPage::default()).boxed().shared())
    }

    pub(super) fn current(&self) -> PendingPage {
        self.0.clone()
    }

    /// Makes `page` the current page if `admitted` succeeds. Otherwise keeps the previous page.
    pub(super) fn report(
        &mut self,
        page: Page,
        admitted: impl Future<Output = Result<(), AuthRefusal>> + Send + 'static,
    ) -> PendingPage {
        let previous = self.0.clone();
        let decided = async move {
            match admitted.await {
                Ok(()) => CurrentPage { page: Some(page), refused: None },
                Err(refused) => CurrentPage { refused: Some(refused), ..previous.await },
            }
        };
        self.0 = decided.boxed().shared();
        self.0.clone()
    }
}

impl Page {
    /// Returns the page if it has this route.
    pub(super) fn of_route(&self, route: TypeId) -> Option<Arc<AdmittedPage>> {
        (self.admitted.route == route).then(|| self.admitted.clone())
    }
}

impl CurrentPage {
    /// Returns the page if the `PageShown` frame with this id has reported it.
    pub(super) fn if_reported_by(&self, id: Option<RequestId>) -> Option<&Page> {
        self.page.as_ref().filter(|page| Some(page.reported_by) == id)
    }

    pub(super) fn url(&self) -> &str {
        self.page.as_ref().map_or("/", |page| &page.url)
    }

    pub(super) fn refused(self) -> Option<AuthRefusal> {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use rally_core::route::Params;
    use tokio::sync::oneshot;

    use super::*;

    fn page(reported_by: RequestId) -> Page {
        let admitted = AdmittedPage { route: TypeId::of::<()>(), params: Params::default() };
        Page { reported_by, admitted: admitted.into(), name: "page", url: "/a".into() }
    }

    #[track_caller]
    fn check(page: &CurrentPage, current: RequestId) {
        let found = |id| page.if_reported_by(id).is_some();
        assert_eq!([1, 2].map(|id| found(Some(id))), [1, 2].map(|id| id == current));
        assert!(!found(None), "a call without a page has none");
    }

    #[tokio::test]
    async fn a_refused_page_keeps_the_previous_page_only_for_calls_made_on_it() {
        let mut state = PageState::new();
        assert_eq!(state.current().await.url(), "/");
        check(&state.current().await, 0);
        drop(state.report(page(1), future::ready(Ok(()))));
        let refused = state.report(page(2), future::ready(Err(AuthRefusal::Denied)));
        assert_eq!(refused.await.refused(), Some(AuthRefusal::Denied));
        check(&state.current().await, 1);
    }

    #[tokio::test]
    async fn a_page_has_the_calls_of_its_route_only() {
        assert!(page(1).of_route(TypeId::of::<()>()).is_some());
        assert!(page(1).of_route(TypeId::of::<u8>()).is_none());
    }

    #[tokio::test]
    async fn a_request_keeps_the_page_at_its_arrival() {
        let mut state = PageState::new();
        let (decide, decided) = oneshot::channel();
        drop(state.report(page(1), async { decided.await.unwrap() }));
        let earlier = state.current();
        drop(state.report(page(2), future::ready(Ok(()))));
        assert!(earlier.peek().is_none());
        check(&state.current().await, 2);
        decide.send(Ok(())).unwrap();
        check(&earlier.await, 1);
    }
}
