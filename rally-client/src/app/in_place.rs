//! Methods of `App` that change the URL of the shown page, which keeps its model.

use std::rc::Rc;

use rally_core::effect::Navigation;

use super::App;
use crate::navigation::{Destination, NavigationCause, SetUrl};
use crate::platform::{Arrival, LocalUrl, Tasks};
use crate::runtime::Carry;

impl App {
    /// Ends a navigation to another URL of the shown page: the page gets a message.
    pub(super) fn change_url(self: &Rc<Self>, to: &Destination, data: &[u8]) {
        let keeps_flash = self.carry.with(|carry| carry.keeps_flash());
        if !self.programs.change_url(&to.params, data, &to.url.path, keeps_flash) {
            return self.leave(to);
        }
        self.carry.with(Carry::clear);
        self.url_changed(&to.url, to.cause);
        self.navigated();
        self.drain();
    }

    /// Changes the URL of the shown page, without a message.
    pub(super) fn set_url(self: &Rc<Self>, tasks: &Rc<Tasks>, to: Navigation) {
        let Some(url) = self.platform.local_url(&to.url) else { return };
        match self.navigation.with(|it| it.set_url(&url)) {
            SetUrl::Ignore => {}
            SetUrl::Navigate => self.visit_later(tasks, to),
            SetUrl::Write { gives_up } => {
                if gives_up {
                    self.give_up_navigation();
                }
                self.programs.set_path(&url.path);
                self.url_changed(&url, NavigationCause::Visit(to.history));
            }
        }
    }

    /// Returns `true` if a URL that the page sets for itself belongs to another page.
    pub(super) fn leaves_by(&self, to: &Navigation) -> bool {
        let url = self.platform.local_url(&to.url);
        url.is_some_and(|url| self.navigation.with(|it| it.set_url(&url)) == SetUrl::Navigate)
    }

    /// Navigates soon, unless the page has ended by then: other actions of the page's effect have
    /// not started.
    fn visit_later(self: &Rc<Self>, tasks: &Rc<Tasks>, to: Navigation) {
        let (app, starter) = (self.clone(), Rc::downgrade(tasks));
        tasks.spawn(async move {
            app.visit(&to.url, to.history);
            if let Some(tasks) = starter.upgrade() {
                app.navigation.with(|it| it.started_by(&tasks));
            }
        });
    }

    fn url_changed(self: &Rc<Self>, url: &LocalUrl, cause: NavigationCause) {
        let arrival = self.write_history(url, cause);
        self.navigation.with(|it| it.url_changed(&url.path));
        self.send_page_shown();
        let (app, url) = (Rc::downgrade(self), url.clone());
        self.screen.after_render(Box::new(move || {
            // By then, another page may be shown.
            if let Some(app) = app.upgrade().filter(|app| app.is_current(&url)) {
                app.platform.arrived_in_place(&url, arrival);
            }
        }));
    }

    /// Writes the URL of a navigation to the history. After the back or forward button, the browser
    /// has done so.
    pub(super) fn write_history(&self, url: &LocalUrl, cause: NavigationCause) -> Arrival {
        match cause {
            NavigationCause::Visit(history) => {
                self.platform.write_history(url, history);
                Arrival::Entered
            }
            NavigationCause::Pop => Arrival::Returned,
        }
    }
}
