//! A call over HTTP, or of a form in process: recorded, admitted, its files
//! taken in, and run to its end.

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use rally_core::frame::{Refusal, RequestId};
use rally_core::route::LocalPath;
use tracing::Instrument;

use super::answered::Answered;
use super::dispatch::Calls;
use super::registry::KnownCall;
use crate::request::body::{BodyError, Parts};
use crate::request::form_body::spool;
use crate::request::info::RequestInfo;
use crate::request::uploads::Uploads;
use crate::telemetry::message_record::MessageRecord;

/// A call as it was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) id: RequestId,
    pub(crate) name: &'a str,
    pub(crate) fingerprint: u64,
    /// Of all that has come of it so far, in bytes.
    pub(crate) size: usize,
    pub(crate) info: Arc<RequestInfo>,
    pub(crate) from: From,
}

/// The page that a call comes from.
pub(crate) enum From {
    /// What the request's `Referer` says.
    Referer,
    /// A page that runs on the server.
    Page { url: LocalPath, name: &'static str },
}

/// The files of a call.
pub(crate) enum Files {
    Here(Uploads),
    /// Behind the frame, not yet read.
    Coming(Parts),
}

/// A call that was looked for, and whose record has begun.
pub(crate) struct Call {
    calls: Arc<Calls>,
    found: Result<KnownCall, Refusal>,
    id: RequestId,
    info: Arc<RequestInfo>,
    from: From,
    record: MessageRecord,
}

impl Calls {
    /// Begins a call.
    pub(crate) fn begin(self: &Arc<Self>, asked: Asked<'_>) -> Call {
        let Asked { id, name, fingerprint, size, info, from } = asked;
        let found = self.find(name, fingerprint);
        let known = || match &found {
            Ok(call) => Cow::Borrowed(call.handler.name),
            Err(_) => Cow::Owned(name.to_owned()),
        };
        let record = self.records.begin(&info, known, size);
        if found.is_ok() {
            record.note_page(|| self.page_of(&info, &from));
        }
        Call { calls: self.clone(), found, id, info, from, record }
    }
}

impl Call {
    /// Answers the call, in a task of its own unless that is done at once: what a
    /// handler has begun is not cut in half when the client goes away.
    ///
    /// # Errors
    ///
    /// When its files cannot be taken in.
    pub(crate) async fn answer(self, body: Bytes, files: Files) -> Result<Answered, BodyError> {
        let Self { calls, found, id, info, from, record } = self;
        let place = || calls.room.enter().ok_or(Refusal::Busy);
        let (call, place) = match found.and_then(|call| Ok((call, place()?))) {
            Ok(admissible) => admissible,
            Err(refusal) => return Ok(Answered::Refused(refusal).recorded(id, record)),
        };
        let lifecycle = calls.lifecycle.clone();
        let mut running = Box::pin(async move {
            let _place = place;
            let answer = pin!(calls.admit_and_call(call, id, body, files, info, from));
            match record.scope(answer).await {
                Ok(answered) => Ok(answered.recorded(id, record)),
                Err(error) => {
                    record.answered(|| ("unread", 0));
                    Err(error)
                }
            }
        });
        if let Some(answered) = (&mut running).now_or_never() {
            return answered;
        }
        let answered = lifecycle.spawn(running.in_current_span()).await;
        answered.unwrap_or_else(|error| Ok(Answered::internal("a call", &error)))
    }
}

impl Calls {
    /// Asks the guard, and takes files in from those alone who may call.
    async fn admit_and_call(
        &self,
        call: KnownCall,
        id: RequestId,
        body: Bytes,
        files: Files,
        info: Arc<RequestInfo>,
        from: From,
    ) -> Result<Answered, BodyError> {
        let from = || match &from {
            From::Referer => info.referer().unwrap_or_default(),
            From::Page { url, .. } => url.clone(),
        };
        let admitted = match self.authenticator.admit(info.clone(), &call.rule, from).await {
            Ok(admitted) => admitted,
            Err(refused) => return Ok(refused.into()),
        };
        let (caller, uploads) = match files {
            Files::Here(uploads) => (admitted.caller, uploads),
            Files::Coming(parts) => {
                // Boxed, so that a call without files need not carry it.
                let uploads = Box::pin(self.uploads(parts)).await?;
                // Which may have taken hours, and they have signed out since.
                let again = self.authenticator.admit(info.clone(), &call.rule, from);
                match Box::pin(again).await {
                    Ok(admitted) => (admitted.caller, uploads),
                    Err(refused) => return Ok(refused.into()),
                }
            }
        };
        Ok(self.call(call.handler, caller, id, body, uploads).await)
    }

    /// Takes in the files of a call: its parts `file-0` and so on.
    async fn uploads(&self, mut parts: Parts) -> Result<Uploads, BodyError> {
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

    /// The name of the page that a call comes from.
    fn page_of(&self, info: &RequestInfo, from: &From) -> Option<&'static str> {
        match from {
            From::Page { name, .. } => Some(name),
            From::Referer => {
                let url = info.referer()?;
                self.registry.page_at(url.as_str()).map(|(page, _)| page.name)
            }
        }
    }
}
