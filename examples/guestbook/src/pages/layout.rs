//! The layout of all pages: a header with a menu, and the notice.

use rally::prelude::*;

use super::home_::Home;
use super::join::Join;
use super::mine::Mine;
use super::sign_in::SignInPage;
use super::sign_out::SignOutPage;
use crate::{Site, SiteMsg};

#[derive(Wire)]
pub struct Model {
    /// `true` if the menu is open on a narrow screen.
    menu_open: bool,
}

pub enum Msg {
    Menu,
    Dark(bool),
    Read,
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(_: &Site) -> Self {
        Self { menu_open: false }
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::Menu => {
                self.menu_open = !self.menu_open;
                Effect::none()
            }
            Msg::Dark(dark) => Effect::set_dark_mode(Some(dark)),
            Msg::Read => client.send(SiteMsg::Say(String::new())),
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        let dark = client.browser.dark_mode;
        rsx! {
            header {
                a { class: "brand", href: href(Home), "Guestbook" }
                button {
                    class: "menu",
                    aria_expanded: self.menu_open,
                    onclick: move |_| dispatch(Msg::Menu),
                    "Menu"
                }
                nav { class: if self.menu_open { "open" },
                    match &client.user {
                        Some(user) => rsx! {
                            {link(client, href(Mine), "My entries")}
                            {link(client, href(SignOutPage), &format!("Sign out {user}"))}
                        },
                        None => rsx! {
                            {link(client, href(SignInPage { return_to: None }), "Sign in")}
                            {link(client, href(Join), "Join")}
                        },
                    }
                    button {
                        onclick: move |_| dispatch(Msg::Dark(!dark)),
                        if dark { "Light" } else { "Dark" }
                    }
                }
            }
            if !client.notice.is_empty() {
                p { class: "notice", role: "status",
                    "{client.notice} "
                    button { onclick: move |_| dispatch(Msg::Read), "OK" }
                }
            }
            {content}
        }
    }
}

fn link(client: &Site, to: String, text: &str) -> Element {
    let is_here = client.browser.current_path == to;
    rsx! {
        a { href: to, aria_current: if is_here { "page" }, "{text}" }
    }
}
