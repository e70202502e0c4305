//! The layout of the admin pages.

use rally::prelude::*;

use super::index::Admin;
use super::users::Users;
use crate::Site;
use crate::pages::home_::Home;

#[derive(Wire)]
pub struct Model {
    clicks: u32,
    began_at: String,
}

#[derive(Clone)]
pub enum Msg {
    Clicked,
}

/// A component of the layout that contains the page.
#[component]
fn Frame(title: String, children: Element) -> Element {
    rsx! {
        section { title, {children} }
    }
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(client: &Site) -> Self {
        Self { clicks: 0, began_at: client.browser.current_path.clone() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        let Msg::Clicked = msg;
        self.clicks += 1;
        Effect::none()
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        rsx! {
            Frame { title: "Admin",
                button { id: "clicks", onclick: move |_| dispatch(Msg::Clicked), "{self.clicks}" }
                "{self.began_at}"
                {content}
                output { id: "cart", "{client.cart}" }
                a { href: href(Admin), "Admin" }
                a { href: href(Users), "Users" }
                a { href: href(Home), "Home" }
            }
        }
    }
}
