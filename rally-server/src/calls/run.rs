//! Calls over HTTP, and calls that a posted form makes.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rally_core::frame::{Refusal, RequestId};
use rally_core::route::LocalPath;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::dispatch::Calls;
use super::registry::KnownCall;
use super::request_outcome::RequestOutcome;
use crate::auth::caller::{AdmittedPage, Caller};
use crate::limits::Permit;
use crate::request::body::{BodyError, Parts};
use crate::request::form_body::spool;
use crate::request::info::RequestInfo;
use crate::request::uploads::Uploads;
use crate::telemetry::message_record::MessageRecord;

pub(crate) struct RequestedCall<'a> {
    pub(crate) id: RequestId,
    pub(crate) name: &'a str,
    pub(crate) fingerprint: u64,
    /// Size of the received frame, or of a form's encoded message, in bytes, without files.
    pub(crate) size: usize,
    pub(crate) info: Arc<RequestInfo>,
    pub(crate) from: CalledFrom,
}

pub(crate) enum CalledFrom {
    /// The page in the `Referer` header, for clients that name no page. In a browser, this is the
    /// URL in the address bar, which is not always that of the shown page: after the back button,
    /// the old page is shown until the data of the next one has arrived.
    Referer,
    /// The page that the client names in the call.
    Named(Option<LocalPath>),
    /// The page of a posted form, whose `update` runs on the server.
    Page { url: LocalPath, name: &'static str },
}

pub(crate) enum CallFiles {
    Received(Uploads),
    Unread(Box<Parts>),
}

impl Default for CallFiles {
    fn default() -> Self {
        Self::Received(Uploads::default())
    }
}

pub(crate) struct Call {
    calls: Arc<Calls>,
    found: Result<KnownCall, Refusal>,
    id: RequestId,
    info: Arc<RequestInfo>,
    from: CalledFrom,
    record: MessageRecord,
}

impl Calls {
    pub(crate) fn begin(self: &Arc<Self>, requested: RequestedCall<'_>) -> Call {
        let RequestedCall { id, name, fingerprint, size, info, from } = requested;
        let found = self.find(name, fingerprint);
        let name = || match &found {
            Ok(call) => Cow::Borrowed(call.handler.name),
            Err(_) => Cow::Owned(name.to_owned()),
        };
        let record = self.records.begin(&info, name, size);
        if found.is_ok() {
            record.note_page(|| self.page_of(&info, &from));
        }
        Call { calls: self.clone(), found, id, info, from, record }
    }
}

struct AdmittedCall {
    calls: Arc<Calls>,
    call: KnownCall,
    _permit: Permit,
    id: RequestId,
    body: Bytes,
    files: CallFiles,
    info: Arc<RequestInfo>,
    from: CalledFrom,
}

type CallFuture = BoxFuture<'static, Result<RequestOutcome, BodyError>>;

impl Call {
    /// Runs the call. If it does not finish at once, it continues in a separate task, so that
    /// a disconnect of the client does not cancel the handler halfway.
    ///
    /// Returns an error if the files cannot be received.
    pub(crate) async fn answer(
        self,
        body: Bytes,
        files: CallFiles,
    ) -> Result<RequestOutcome, BodyError> {
        match self.start(body, files) {
            Ok(answered) => answered,
            Err(task) => {
                let answered = task.await;
                answered.unwrap_or_else(|error| {
                    Ok(RequestOutcome::internal("the task of a call", &error))
                })
            }
        }
    }

    /// Returns the outcome if the call finishes at once, otherwise the task that runs the call.
    fn start(
        self,
        body: Bytes,
        files: CallFiles,
    ) -> Result<Result<RequestOutcome, BodyError>, JoinHandle<Result<RequestOutcome, BodyError>>>
    {
        let Self { calls, found, id, info, from, record } = self;
        let permit = || calls.budget.try_acquire().ok_or(Refusal::Busy);
        let (call, permit) = match found.and_then(|call| Ok((call, permit()?))) {
            Ok(admissible) => admissible,
            Err(refusal) => return Ok(Ok(RequestOutcome::Refused(refusal).recorded(id, record))),
        };
        let lifecycle = calls.lifecycle.clone();
        let call = AdmittedCall { calls, call, _permit: permit, id, body, files, info, from };
        // Boxed here, so that only the pointer is moved afterwards.
        let mut running: CallFuture = Box::pin(call.run());
        if !record.is_none() {
            running = Box::pin(recorded(running, id, record));
        }
        match (&mut running).now_or_never() {
            Some(answered) => Ok(answered),
            None => Err(lifecycle.spawn(running.in_current_span())),
        }
    }
}

async fn recorded(
    running: CallFuture,
    id: RequestId,
    record: MessageRecord,
) -> Result<RequestOutcome, BodyError> {
    match record.scope(running).await {
        Ok(answered) => Ok(answered.recorded(id, record)),
        Err(error) => {
            record.answered(|| ("unread", 0));
            Err(error)
        }
    }
}

impl AdmittedCall {
    async fn run(mut self) -> Result<RequestOutcome, BodyError> {
        let mut caller = match self.admit().await {
            Ok(caller) => caller,
            Err(refusal) => return Ok(RequestOutcome::Refused(refusal)),
        };
        let uploads = match mem::take(&mut self.files) {
            CallFiles::Received(uploads) => uploads,
            CallFiles::Unread(parts) => {
                // Boxed, so that the future of a call without files stays small.
                let uploads = Box::pin(self.calls.uploads(parts)).await?;
                // Authorize again: the upload may have taken a long time, and the caller may
                // have signed out meanwhile.
                caller = match Box::pin(self.admit()).await {
                    Ok(caller) => caller,
                    Err(refusal) => return Ok(RequestOutcome::Refused(refusal)),
                };
                uploads
            }
        };
        let body = mem::take(&mut self.body);
        Ok(self.calls.call(self.call.handler, caller, self.id, body, uploads).await)
    }

    /// Admits the caller. A call with `page` is refused if the client names another page. A client
    /// that knows no pages has no page: then a function with a route denies the call.
    async fn admit(&self) -> Result<Caller, Refusal> {
        let url = match &self.from {
            CalledFrom::Referer => self.info.referer(),
            CalledFrom::Named(url) => url.clone(),
            CalledFrom::Page { url, .. } => Some(url.clone()),
        };
        let (guard, rule) = (&self.calls.authenticator, &self.call.rule);
        let page = rule.page.and_then(|route| self.page(route, url.as_ref()?));
        let is_named = matches!(self.from, CalledFrom::Named(_));
        let is_elsewhere = is_named && rule.page.is_some() && page.is_none();
        // Without a page, the visitor returns to `/` after the sign-in.
        let from = || url.unwrap_or_default();
        let admitted = guard.admit(self.info.clone(), rule, page, from).await?;
        if is_elsewhere { Err(Refusal::OtherPage) } else { Ok(admitted.caller) }
    }

    /// Returns the page at `url` if it has this route, for a call with `page`.
    fn page(&self, route: TypeId, url: &LocalPath) -> Option<Arc<AdmittedPage>> {
        let (page, params) = self.calls.registry.page_at(url.as_str())?;
        ((page.route)() == route).then(|| AdmittedPage::new(page, &params))
    }
}

impl Calls {
    /// Receives the files of a call, which are the parts `file-0`, `file-1` and so on.
    async fn uploads(&self, mut parts: Box<Parts>) -> Result<Uploads, BodyError> {
        let limits = &self.limits.form;
        let mut files = HashMap::new();
        while let Some(mut part) = parts.next().await? {
            let number = part.name.strip_prefix("file-").and_then(|number| number.parse().ok());
            let number: u32 = number.ok_or(BodyError::Malformed)?;
            if files.len() == limits.files {
                return Err(BodyError::TooLarge);
            }
            let spooled = spool(&mut part, limits.file, &self.spool).await?;
            if files.insert(number, spooled).is_some() {
                return Err(BodyError::Malformed);
            }
        }
        Ok(Uploads::new(files))
    }

    fn page_of(&self, info: &RequestInfo, from: &CalledFrom) -> Option<&'static str> {
        match from {
            CalledFrom::Page { name, .. } => Some(name),
            CalledFrom::Named(url) => self.page_name(url.as_ref()?),
            CalledFrom::Referer => self.page_name(&info.referer()?),
        }
    }

    fn page_name(&self, url: &LocalPath) -> Option<&'static str> {
        self.registry.page_at(url.as_str()).map(|(page, _)| page.name)
    }
}
