//! The browser as the runtime's platform. In this crate, only this module uses `web_sys`.

mod connection;
mod document;
mod events;
mod fetch;
mod forms;
mod head;
mod history;
mod mount;
mod notices;
mod storage;
mod timer;
mod view;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use web_sys::Window;

use crate::app::App;

pub use mount::mount;

struct Browser {
    window: Window,
    socket: RefCell<Option<connection::Socket>>,
    history: history::Positions,
    notices: notices::Notices,
    /// Set after the app is created, because the browser must exist before the app.
    app: RefCell<Weak<App>>,
}

impl Browser {
    fn new(window: Window) -> Rc<Self> {
        Rc::new(Self {
            history: history::Positions::new(&window),
            notices: notices::Notices::default(),
            socket: RefCell::default(),
            app: RefCell::default(),
            window,
        })
    }
}
