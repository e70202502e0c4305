//! Calls of a page, over the socket or over HTTP; and what follows when one
//! has changed the session.

use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use rally_core::call::Outcome;
use rally_core::effect::CallRequest;
use rally_core::form::File;
use rally_core::frame::{ClientFrame, Refusal, RequestId};

use super::App;
use crate::network::http_calls as over_http;
use crate::network::in_flight::{Continuation, OnClose, Owner};
use crate::platform::Tasks;

impl App {
    /// Makes a call of a page.
    pub(super) fn call(
        self: &Rc<Self>,
        owner: Owner,
        tasks: &Tasks,
        request: CallRequest,
        then: Continuation,
    ) {
        // Sent, it would close the socket for every other call too.
        if self.is_too_large(request.name, request.body.len()) {
            let refused = Outcome::Refused(Refusal::TooLarge);
            return tasks.after(Duration::ZERO, || then(refused));
        }
        let (name, fingerprint) = (request.name, request.fingerprint);
        let frame = |id| {
            let body = &request.body[..];
            ClientFrame::Call { id, name, fingerprint, body }.to_bytes()
        };
        let then = self.watch(name, fingerprint, then);
        if request.over_http {
            self.call_over_http(tasks, frame, request.files, then);
        } else {
            self.request(owner, OnClose::Fail, frame, then);
        }
    }

    /// Posts a call. The page that has left does not hear of it.
    fn call_over_http(
        self: &Rc<Self>,
        tasks: &Tasks,
        frame: impl FnOnce(RequestId) -> Vec<u8>,
        files: Vec<File>,
        then: Continuation,
    ) {
        let id = self.calls.borrow_mut().next_id();
        let late = self.platform.sleep(over_http::patience(&files));
        // An upload ends with its page. Any other call is gone through with by
        // the server, and may sign in or out: the app has to hear of that, and
        // the browser of the cookie.
        let carrier = if files.is_empty() { &*self.context_tasks } else { tasks };
        let response = self.platform.fetch(over_http::request(frame(id), files));
        let (tell, told) = oneshot::channel();
        let app = self.clone();
        carrier.spawn(async move {
            let result = match select(response, late).await {
                Either::Left((result, _)) => Some(result),
                Either::Right(_) => None,
            };
            if let Some(Ok(response)) = &result
                && over_http::changes_session(response)
            {
                // First: what the page does next is the new session's.
                app.session_changed();
            }
            let outcome = result.map_or(Outcome::TimedOut, |it| over_http::outcome(id, it));
            let _ = tell.send(outcome);
        });
        let (app, on_its_way) = (self.clone(), self.under_way.begin());
        tasks.spawn(async move {
            // The one who tells ends with the page, or tells.
            let Ok(outcome) = told.await else { return };
            drop(on_its_way);
            then(outcome);
            app.reconsider();
        });
    }

    fn session_changed(self: &Rc<Self>) {
        self.session_changed.set(true);
        self.forget_sign_in();
        self.socket.borrow_mut().session_changed();
        self.renew();
    }

    /// Opens a connection of the session before anew, once that loses no call.
    pub(super) fn renew(self: &Rc<Self>) {
        if self.calls.borrow().would_lose() {
            return;
        }
        let action = self.socket.borrow_mut().renew(self.platform.now());
        if action.is_some() {
            self.forget_connection();
            self.act(action);
        }
    }
}
