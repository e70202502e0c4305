//! Methods of `App` that perform the actions of programs, at once or after a delay, and those that
//! wait for a render.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rally_core::effect::{
    Actions, ElementAction, Key, KeyedActions, KeyedHost, KeyedState, Navigation, TaskGroup,
};
use rally_core::running::visit;

use super::App;
use crate::network::Owner;
use crate::platform::Tasks;
use crate::runtime::Carry;
use crate::runtime::effects::{self, Request};

/// A program whose actions are being performed.
pub(super) struct Performing<'a> {
    app: &'a Rc<App>,
    owner: Owner,
    owned: &'a Rc<Tasks>,
    /// `true` if an action leads to another page or document.
    leaves: bool,
    /// The navigations. One may end the page at once, so the page's other actions come first.
    last: RefCell<Vec<(Rc<Tasks>, Navigation)>>,
}

impl App {
    /// Performs the actions of a program. `keys` are the keys of all of them, and `tasks` the tasks
    /// of the keys.
    pub(super) fn perform_keyed(
        self: &Rc<Self>,
        owner: Owner,
        owned: &Rc<Tasks>,
        (keys, tasks): (&[Key], &Rc<Tasks>),
        actions: Actions,
    ) {
        let leaves = effects::leaves(&actions, &|to| self.leaves_by(to));
        if leaves {
            self.carry.with(Carry::leaving);
        }
        let program = Performing { app: self, owner, owned, leaves, last: RefCell::default() };
        program.perform(keys, tasks, actions);
        for (tasks, to) in program.last.take() {
            self.navigate_by(&tasks, &to);
        }
    }

    /// Calls `after` after the next render, unless the tasks have ended by then.
    pub(super) fn after_render(self: &Rc<Self>, tasks: &Rc<Tasks>, after: Box<dyn FnOnce(&Self)>) {
        let (app, tasks, visit) = (self.clone(), Rc::downgrade(tasks), visit::handled());
        self.screen.after_render(Box::new(move || {
            if tasks.strong_count() > 0 {
                let _visit = visit::enter(visit);
                after(&app);
            }
        }));
    }

    pub(super) fn act_on_element(&self, action: &ElementAction) {
        if !self.platform.act_on_element(action) && cfg!(debug_assertions) {
            self.platform.report(&format!("no element has the id of the effect {action:?}"));
        }
    }
}

impl Performing<'_> {
    fn perform(&self, keys: &[Key], tasks: &Rc<Tasks>, actions: Actions) {
        let app = self.app;
        effects::perform(actions, tasks, &*app.platform, &mut |request| match request {
            Request::Navigate(to) => self.last.borrow_mut().push((tasks.clone(), to)),
            Request::Keyed(key, timing, actions, code) => {
                code.start(self, keys, &key, timing, actions);
            }
            Request::Cancel(key, code) => code.cancel(self, &key),
            request => {
                if self.leaves
                    && let Request::SendToContext(message) = &request
                {
                    app.carry.with(|carry| carry.message(message));
                }
                app.carry_out(self.owner, tasks, request);
            }
        });
    }
}

impl KeyedHost for Performing<'_> {
    fn now(&self) -> Duration {
        self.app.platform.now()
    }

    fn state(&self) -> &RefCell<Option<Box<dyn KeyedState>>> {
        self.owned.keyed()
    }

    fn new_group(&self) -> Rc<dyn TaskGroup> {
        Rc::new(Tasks::new(self.app.platform.clone()))
    }

    fn start(&self, KeyedActions { keys, group, actions }: KeyedActions) {
        if let Some(tasks) = tasks_of(group) {
            self.perform(&keys, &tasks, actions);
        }
    }

    fn after(&self, delay: Duration, due: fn(&dyn KeyedHost) -> Option<KeyedActions>) {
        // The timer is one of the tasks, so it must not keep them.
        let (app, owner, owned) = (self.app.clone(), self.owner, Rc::downgrade(self.owned));
        self.owned.after(delay, move || {
            // An effect may end the program.
            while let Some(owned) = &owned.upgrade() {
                let (leaves, last) = (false, RefCell::default());
                let program = Performing { app: &app, owner, owned, leaves, last };
                let Some(KeyedActions { keys, group, actions }) = due(&program) else { break };
                if let Some(tasks) = tasks_of(group) {
                    app.perform_keyed(owner, owned, (&keys, &tasks), actions);
                }
            }
            app.drain();
        });
    }

    fn cancelled(&self) {
        self.app.cancelled();
    }
}

/// Returns the tasks of a group, which `KeyedHost::new_group` has made.
fn tasks_of(group: Rc<dyn TaskGroup>) -> Option<Rc<Tasks>> {
    let group: Rc<dyn Any> = group;
    group.downcast().ok()
}
