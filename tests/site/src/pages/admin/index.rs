//! `/admin`: a page in the layout of its directory.

use rally::prelude::*;

use crate::{Site, SiteMsg};

#[page]
pub struct Admin;

#[derive(Wire)]
pub struct Model;

#[derive(Clone)]
pub enum Msg {
    Add,
}

impl Page for Model {
    type Route = Admin;
    type Msg = Msg;

    fn init(_: Admin, (): (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        let Msg::Add = msg;
        client.send(SiteMsg::Added("index".to_owned()))
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            h1 { "Admin" }
            button { onclick: move |_| dispatch(Msg::Add), "Add" }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Admin").meta("robots", "noindex")
    }
}
