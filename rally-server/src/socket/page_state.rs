//! The page that a socket's tab shows, after the guard has admitted the caller to it.

use std::any::TypeId;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture, Shared};

use crate::auth::caller::AdmittedPage;
use crate::auth::guard::AuthRefusal;

/// The current page of a socket. A request uses the page that is current when the request
/// is received, even if the tab shows another page soon after.
pub(super) struct PageState(PendingPage);

/// The page after the guard's decision, which may be pending. Clones share the decision.
pub(super) type PendingPage = Shared<BoxFuture<'static, ShownPage>>;

#[derive(Clone, Default)]
pub(super) struct ShownPage {
    page: Option<Page>,
    refused: Option<AuthRefusal>,
}

#[derive(Clone)]
pub(super) struct Page {
    pub(super) admitted: Arc<AdmittedPage>,
    pub(super) name: &'static str,
    pub(super) url: Arc<str>,
}

impl PageState {
    pub(super) fn new() -> Self {
        Self(future::ready(ShownPage::default()).boxed().shared())
    }

    pub(super) fn current(&self) -> PendingPage {
        self.0.clone()
    }

    /// Makes `page` the current page if `admitted` succeeds. Otherwise keeps the previous page.
    pub(super) fn show(
        &mut self,
        page: Page,
        admitted: impl Future<Output = Result<(), AuthRefusal>> + Send + 'static,
    ) -> PendingPage {
        let previous = self.0.clone();
        let showing = async move {
            match admitted.await {
                Ok(()) => ShownPage { page: Some(page), refused: None },
                Err(refused) => ShownPage { refused: Some(refused), ..previous.await },
            }
        };
        self.0 = showing.boxed().shared();
        self.0.clone()
    }
}

impl ShownPage {
    /// Returns the page if it has this route.
    pub(super) fn with(&self, route: TypeId) -> Option<Arc<AdmittedPage>> {
        let page = self.page.as_ref().filter(|page| page.admitted.route == route);
        page.map(|page| page.admitted.clone())
    }

    pub(super) fn url(&self) -> &str {
        self.page.as_ref().map_or("/", |page| &page.url)
    }

    pub(super) fn name(&self) -> Option<&'static str> {
        self.page.as_ref().map(|page| page.name)
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

    fn page(name: &'static str) -> Page {
        let admitted = AdmittedPage { route: TypeId::of::<()>(), params: Params::default() };
        Page { admitted: admitted.into(), name, url: "/a".into() }
    }

    #[tokio::test]
    async fn a_refused_page_keeps_the_previous_page() {
        let mut state = PageState::new();
        assert_eq!(state.current().await.url(), "/");
        drop(state.show(page("first"), future::ready(Ok(()))));
        let refused = state.show(page("second"), future::ready(Err(AuthRefusal::Denied)));
        assert_eq!(refused.await.refused(), Some(AuthRefusal::Denied));
        assert_eq!(state.current().await.name(), Some("first"));
    }

    #[tokio::test]
    async fn a_request_keeps_the_page_at_its_arrival() {
        let mut state = PageState::new();
        let (decide, decided) = oneshot::channel();
        drop(state.show(page("first"), async { decided.await.unwrap() }));
        let earlier = state.current();
        drop(state.show(page("second"), future::ready(Ok(()))));
        assert!(earlier.peek().is_none());
        assert_eq!(state.current().await.name(), Some("second"));
        decide.send(Ok(())).unwrap();
        assert_eq!(earlier.await.name(), Some("first"));
    }
}
