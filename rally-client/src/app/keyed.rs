//! Methods of `App` that perform the actions of programs, at once or after a delay, and those that
//! wait for a render.

use std::rc::Rc;

use rally_core::effect::{Actions, ElementAction, Key};

use super::App;
use crate::network::Owner;
use crate::platform::Tasks;
use crate::runtime::{Carry, effects};

impl App {
    /// Performs the actions of a program. `keys` are the keys of all of them.
    pub(super) fn perform_keyed(
        self: &Rc<Self>,
        owner: Owner,
        owned: &Rc<Tasks>,
        keys: &[Key],
        actions: Actions,
    ) {
        let leaves = effects::leaves(&actions, &|to| self.leaves_by(to));
        if leaves {
            self.carry.with(Carry::leaving);
        }
        effects::perform(actions, keys, owned, &*self.platform, &mut |tasks, request| {
            if leaves && let effects::Request::SendToContext(message) = &request {
                self.carry.with(|carry| carry.message(message.encode()));
            }
            self.carry_out(owner, tasks, request);
        });
        self.set_delay_timer(owner, owned);
    }

    fn set_delay_timer(self: &Rc<Self>, owner: Owner, owned: &Rc<Tasks>) {
        let Some(delay) = owned.set_delay_timer() else { return };
        // The timer is one of the tasks, so it must not keep them.
        let (app, tasks) = (self.clone(), Rc::downgrade(owned));
        owned.after(delay, move || {
            // An effect may end the program.
            while let Some(owned) = tasks.upgrade() {
                let Some((keys, actions)) = owned.take_due() else {
                    app.set_delay_timer(owner, &owned);
                    break;
                };
                app.perform_keyed(owner, &owned, &keys, actions);
            }
            app.drain();
        });
    }

    /// Calls `after` after the next render, unless the tasks have ended by then.
    pub(super) fn after_render(self: &Rc<Self>, tasks: &Rc<Tasks>, after: Box<dyn FnOnce(&Self)>) {
        let (app, tasks) = (self.clone(), Rc::downgrade(tasks));
        self.screen.after_render(Box::new(move || {
            if tasks.strong_count() > 0 {
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
