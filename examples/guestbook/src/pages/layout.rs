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

    fn update(&mut self, msg: Msg, cx: &Site) -> Effect<Msg> {
        match msg {
            Msg::Menu => self.menu_open = !self.menu_open,
            Msg::Dark(dark) => return Effect::set_dark_mode(Some(dark)),
            Msg::Read => return cx.tell(SiteMsg::Say(String::new())),
        }
        Effect::none()
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, cx: &Site) -> Element {
        let dark = cx.client.dark_mode;
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
                    match &cx.user {
                        Some(user) => rsx! {
                            {link(cx, href(Mine), "My entries")}
                            {link(cx, href(SignOutPage), &format!("Sign out {user}"))}
                        },
                        None => rsx! {
                            {link(cx, href(SignInPage { return_to: None }), "Sign in")}
                            {link(cx, href(Join), "Join")}
                        },
                    }
                    button {
                        onclick: move |_| dispatch(Msg::Dark(!dark)),
                        if dark { "Light" } else { "Dark" }
                    }
                }
            }
            if !cx.notice.is_empty() {
                p { class: "notice", role: "status",
                    "{cx.notice} "
                    button { onclick: move |_| dispatch(Msg::Read), "OK" }
                }
            }
            {content}
        }
    }
}

fn link(cx: &Site, to: String, text: &str) -> Element {
    let is_here = cx.client.current_path == to;
    rsx! {
        a { href: to, aria_current: if is_here { "page" }, "{text}" }
    }
}
