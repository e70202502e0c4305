//! The app's connection: frames out and in, and the one timer.

use std::rc::Rc;

use rally_core::call::Outcome;
use rally_core::frame::{ClientFrame, Refusal, RequestId};

use super::App;
use crate::calls::{Continuation, OnClose, Owner};
use crate::platform::Connection;
use crate::socket;

impl App {
    /// Opens the connection.
    pub fn connect(self: &Rc<Self>) {
        let action = self.socket.borrow_mut().start(self.platform.now());
        self.act(Some(action));
    }

    /// The connection stands.
    pub fn opened(self: &Rc<Self>) {
        self.socket.borrow_mut().opened(self.platform.now());
        self.platform.show_connection(Connection::Connected);
        self.tell_shown();
        self.flush();
        self.reconsider();
    }

    /// The connection is lost, or did not come about.
    pub fn closed(self: &Rc<Self>) {
        let platform = &self.platform;
        self.socket.borrow_mut().closed(platform.now(), platform.random());
        platform.show_connection(Connection::Disconnected);
        self.forget_connection();
        self.set_timer();
        self.reconsider();
    }

    /// What was sent has no reply any more.
    pub(super) fn forget_connection(&self) {
        self.shown.borrow_mut().lost();
        let told = self.calls.borrow_mut().disconnected();
        told.into_iter().for_each(|then| then(Outcome::Offline));
    }

    /// There is reason to think that the network is back.
    pub fn online(self: &Rc<Self>) {
        let action = self.socket.borrow_mut().hurry(self.platform.now());
        self.act(action);
    }

    /// A frame came. One that is malformed, or about no request that waits, is
    /// dropped: the page goes on.
    pub fn received(self: &Rc<Self>, bytes: &[u8]) {
        self.socket.borrow_mut().heard(self.platform.now());
        let Some((id, outcome)) = Outcome::read(bytes) else {
            // Nobody waits for it, but the server is there.
            return self.reconsider();
        };
        self.answered(id, outcome);
        self.renew();
        self.reconsider();
    }

    fn answered(self: &Rc<Self>, id: RequestId, outcome: Outcome) {
        if self.shown.borrow_mut().answered(id) {
            return self.shown(id, &outcome);
        }
        match (id, outcome) {
            // About none of the requests, so about whoever has connected.
            (0, Outcome::Refused(Refusal::SignIn { url })) => self.go_to_sign_in(&url),
            (id, outcome) => {
                let then = self.calls.borrow_mut().complete(id);
                if let Some(then) = then {
                    then(outcome);
                }
            }
        }
    }

    /// The timer went off.
    pub fn tick(self: &Rc<Self>) {
        self.wakes_at.set(None);
        let now = self.platform.now();
        // The connection first: calls that time out with it must not lead to a
        // document from a server that may be gone.
        let action = self.socket.borrow_mut().tick(now);
        loop {
            let overdue = self.calls.borrow_mut().expire(now);
            let Some(then) = overdue else { break };
            then(Outcome::TimedOut);
        }
        self.act(action);
        self.renew();
        self.reconsider();
    }

    pub(super) fn request(
        self: &Rc<Self>,
        owner: Owner,
        on_close: OnClose,
        frame: impl FnOnce(RequestId) -> Vec<u8>,
        then: Continuation,
    ) -> RequestId {
        let now = self.platform.now();
        let id = self.calls.borrow_mut().start(owner, on_close, now, frame, then);
        self.flush();
        id
    }

    /// Sends what waits to be sent, if the connection stands.
    fn flush(self: &Rc<Self>) {
        if self.socket.borrow().takes_requests() {
            for frame in self.calls.borrow_mut().take_unsent() {
                self.platform.send(&frame);
            }
        }
        self.set_timer();
    }

    pub(super) fn act(self: &Rc<Self>, action: Option<socket::Action>) {
        match action {
            None => {}
            Some(socket::Action::Connect) => self.platform.connect(),
            Some(socket::Action::Ping) => self.platform.send(&ClientFrame::Ping.to_bytes()),
            Some(socket::Action::GiveUp) => {
                self.platform.disconnect();
                return self.closed();
            }
        }
        self.set_timer();
    }

    /// Sees to it that [`Self::tick`] is called when something is due.
    fn set_timer(self: &Rc<Self>) {
        let socket = self.socket.borrow().deadline();
        let calls = self.calls.borrow().next_deadline();
        let Some(due) = socket.into_iter().chain(calls).min() else { return };
        if self.wakes_at.get().is_some_and(|wakes_at| wakes_at <= due) {
            return;
        }
        self.wakes_at.set(Some(due));
        let sleep = self.platform.sleep(due.saturating_sub(self.platform.now()));
        let app = self.clone();
        self.platform.spawn(Box::pin(async move {
            sleep.await;
            // An earlier timer was set since: this one has nothing to say.
            if app.wakes_at.get() == Some(due) {
                app.tick();
            }
        }));
    }
}
