//! The layout of all pages: a header with a menu, and the flash message.

use rally::prelude::*;

use super::home_::Home;
use super::join::Join;
use super::mine::Mine;
use super::sign_in::SignInPage;
use crate::Site;

#[derive(Wire)]
pub struct Model;

pub enum Msg {
    Theme(Theme),
    SignOut(SignOut),
    SignedOut(Reply<SignOut>),
}

/// Chooses the theme. A form without a call works without JavaScript, too.
#[derive(Clone, Wire, Form)]
pub struct Theme {
    dark: bool,
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(_: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Theme(theme) => Effect::set_dark_mode(Some(theme.dark)),
            Msg::SignOut(sign_out) => sign_out.call(Msg::SignedOut),
            Msg::SignedOut(Ok(())) => Effect::navigate(Home),
            Msg::SignedOut(Err(failure)) => Effect::flash(failure.to_string()),
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        let dark = client.browser.dark_mode;
        rsx! {
            header {
                a { class: "brand", href: href(Home), "Guestbook" }
                details {
                    summary { "Menu" }
                    nav {
                        if let Some(user) = &client.user {
                            {link(client, href(Mine), "My entries")}
                            form { ..dispatch.post(SignOut, Msg::SignOut),
                                button { "Sign out {user}" }
                            }
                        } else {
                            {link(client, href(SignInPage { return_to: None }), "Sign in")}
                            {link(client, href(Join), "Join")}
                        }
                        form { ..dispatch.post(Theme { dark: !dark }, Msg::Theme),
                            button { if dark { "Light" } else { "Dark" } }
                        }
                    }
                }
            }
            if let Some(flash) = &client.browser.flash {
                p { class: "notice", role: "status", "{flash}" }
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

/// Ends the session, in every tab.
#[derive(Clone, Wire, Form)]
pub struct SignOut;

#[server(public, http)]
async fn sign_out(_: SignOut, cx: &crate::HttpCx) -> Result<()> {
    cx.state().sign_out(&cx.session().to_string()).await?;
    cx.sign_out();
    Ok(())
}
