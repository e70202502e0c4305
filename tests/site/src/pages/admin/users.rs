//! `/admin/users`: a page in the layout of its directory.

use rally::prelude::*;

use crate::{Site, SiteMsg};

#[page]
pub struct Users;

#[derive(Wire)]
pub struct Model;

#[derive(Clone)]
pub enum Msg {
    Add,
}

impl Page for Model {
    type Route = Users;
    type Msg = Msg;

    fn init(_: Users, (): (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        let Msg::Add = msg;
        client.send(SiteMsg::Added("users".to_owned()))
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            h1 { "Users" }
            button { onclick: move |_| dispatch(Msg::Add), "Add" }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Users").meta("robots", "noindex")
    }
}
