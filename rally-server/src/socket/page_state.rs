//! Whereabouts: who is on a socket and which page it shows, which is what the
//! guard is asked with. Each request keeps what held when it came in.

use std::any::TypeId;
use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{self, Shared};
use rally_core::frame::{Refusal, RequestId, ServerFrame};
use tokio::time::Instant;

use crate::app::Booted;
use crate::auth::caller::Standing;
use crate::auth::guard::{self, Found, Refused};
use crate::auth::response_cookies::SetCookies;
use crate::auth::session_generations::Watch;
use crate::calls::dispatch::{self, Answered};
use crate::calls::registry::KnownCall;
use crate::limits::Place;
use crate::request::Uploads;
use crate::request::info::Visitor;
use crate::socket::auth_cache::{Asking, Visitors};
use crate::socket::in_flight::Answer;
use crate::telemetry::message_record::Exchange;

pub(super) struct Whereabouts {
    app: Arc<Booted>,
    who: Who,
    shown: Showing,
}

enum Who {
    /// The app asks nobody who they are.
    Anybody(Arc<Standing>),
    Asked {
        visitor: Arc<Visitor>,
        visitors: Visitors<Found>,
        session: Watch,
    },
}

/// The page that a socket shows, once it is known whether it may. A request
/// that comes in behind waits for it, and for no other.
type Showing = Shared<Pin<Box<dyn Future<Output = Shown> + Send>>>;

#[derive(Clone, Default)]
struct Shown {
    /// Its route, its name, and its path and query.
    page: Option<(TypeId, &'static str, Arc<str>)>,
    /// Why it is not the one that was asked for.
    refused: Option<Refused>,
}

impl Shown {
    fn is(&self, route: TypeId) -> bool {
        self.page.as_ref().is_some_and(|(shown, ..)| *shown == route)
    }

    fn url(&self) -> &str {
        self.page.as_ref().map_or("/", |(.., url)| url)
    }

    fn name(&self) -> Option<&'static str> {
        self.page.as_ref().map(|(_, name, _)| *name)
    }
}

/// Who it is, for one request.
enum Whom {
    Known(Arc<Standing>),
    Asked(Asking<Found>),
}

impl Whom {
    async fn found(self) -> Found {
        match self {
            Self::Known(standing) => Found::Known(standing),
            Self::Asked(asking) => asking.await,
        }
    }
}

impl Whereabouts {
    /// For a socket that opens now: who it is, is asked at once.
    pub(super) fn new(app: Arc<Booted>, visitor: Visitor, now: Instant) -> Self {
        let visitor = Arc::new(visitor);
        let who = match app.auth.is_none() && app.from_session.is_none() {
            true => {
                let state = app.state.clone();
                Who::Anybody(Arc::new(Standing { visitor, state, identity: None }))
            }
            false => {
                let session = app.sessions.watch(visitor.session());
                Who::Asked { visitor, visitors: Visitors::new(), session }
            }
        };
        let shown = future::ready(Shown::default()).boxed().shared();
        let mut whereabouts = Self { app, who, shown };
        if let Whom::Asked(asking) = whereabouts.whom(now) {
            whereabouts.app.tasks.spawn(asking);
        }
        whereabouts
    }

    fn whom(&mut self, now: Instant) -> Whom {
        match &mut self.who {
            Who::Anybody(standing) => Whom::Known(standing.clone()),
            Who::Asked { visitor, visitors, session } => {
                Whom::Asked(visitors.at(now, session.epoch(), || {
                    let (app, visitor) = (self.app.clone(), visitor.clone());
                    Box::pin(async move { guard::find_out(&app, visitor).await })
                }))
            }
        }
    }

    /// A request that has come now.
    pub(super) fn exchange(&self, name: impl Into<Cow<'static, str>>, size: usize) -> Exchange {
        let visitor = match &self.who {
            Who::Anybody(standing) => &standing.visitor,
            Who::Asked { visitor, .. } => visitor,
        };
        Exchange::begin(&self.app, visitor, name, size)
    }

    /// Answers a call, which keeps its place until it has ended.
    pub(super) fn call(
        &mut self,
        call: KnownCall,
        id: RequestId,
        body: Bytes,
        place: Place,
        exchange: Exchange,
        now: Instant,
    ) -> impl Future<Output = Answer> + use<> {
        let (app, whom) = (self.app.clone(), self.whom(now));
        let is_asked = call.rule.page.is_some() || call.rule.is_guarded();
        let showing = (is_asked || exchange.is_recorded()).then(|| self.shown.clone());
        async move {
            let _place = place;
            // First of all, so that nobody is asked later than it is noted.
            let found = whom.found().await;
            exchange.by(found.identity());
            let shown = match showing {
                Some(showing) if is_asked => showing.await,
                // It does not wait for being told of.
                Some(showing) => showing.now_or_never().unwrap_or_default(),
                None => Shown::default(),
            };
            exchange.on(shown.name());
            if call.rule.page.is_some_and(|page| !shown.is(page)) {
                return (id, Answered::Refused(Refusal::OtherPage).told(id, &exchange));
            }
            let answered = match guard::admit_found(&app, found, &call.rule, shown.url()).await {
                Ok(standing) => {
                    let uploads = Uploads::default();
                    dispatch::call(app, call.handler, standing, id, body, uploads, exchange).await
                }
                Err(refused) => Answered::from(refused).told(id, &exchange),
            };
            (id, answered)
        }
    }

    /// Brings the data of a page.
    pub(super) fn enter(
        &mut self,
        id: RequestId,
        name: &str,
        url: &str,
        size: usize,
        now: Instant,
    ) -> Result<impl Future<Output = Answer> + use<>, Refusal> {
        let (page, params) = dispatch::page_at(&self.app, name, url)?;
        let (page, rule) = (*page, self.app.registry.rule(page));
        let exchange = self.exchange(page.name, size);
        exchange.on(Some(page.name));
        let (app, whom, url) = (self.app.clone(), self.whom(now), url.to_owned());
        Ok(async move {
            let found = whom.found().await;
            exchange.by(found.identity());
            let answered = match guard::admit_found(&app, found, &rule, &url).await {
                Ok(standing) => {
                    dispatch::enter(&app, &page, &params, standing, id, &exchange).await
                }
                Err(refused) => Answered::from(refused).told(id, &exchange),
            };
            (id, answered)
        })
    }

    /// Notes which page is shown, if it may be.
    pub(super) fn show(
        &mut self,
        id: RequestId,
        name: &str,
        url: &str,
        now: Instant,
    ) -> Result<impl Future<Output = Answer> + use<>, Refusal> {
        let (page, _) = dispatch::page_at(&self.app, name, url)?;
        let (rule, route, name) = (self.app.registry.rule(page), (page.route)(), page.name);
        let (app, whom, before) = (self.app.clone(), self.whom(now), self.shown.clone());
        let url: Arc<str> = url.into();
        let showing = async move {
            match guard::admit_found(&app, whom.found().await, &rule, &url).await {
                Ok(_) => Shown { page: Some((route, name, url)), refused: None },
                Err(refused) => Shown { refused: Some(refused), ..before.await },
            }
        };
        let showing = showing.boxed().shared();
        self.shown = showing.clone();
        Ok(async move {
            let answered = match showing.await.refused {
                None => Answered::Frame(nil(id), SetCookies::default()),
                Some(refused) => refused.into(),
            };
            (id, answered)
        })
    }
}

/// The answer where there is nothing to say.
fn nil(id: RequestId) -> Vec<u8> {
    ServerFrame::Ok { id, body: &[0xc0] }.to_bytes()
}
