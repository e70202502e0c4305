//! The layout of all pages: a header with the menu, and the flash message.

use rally::prelude::*;

use super::about::About;
use super::home_::Home;
use super::join::Join;
use super::people::People;
use super::sign_in::SignInPage;
use crate::Site;

#[derive(Wire)]
pub struct Model;

pub enum Msg {
    SignOut(SignOut),
    SignedOut(Reply<SignOut>),
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(_: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::SignOut(sign_out) => sign_out.call(Msg::SignedOut),
            Msg::SignedOut(Ok(())) => Effect::navigate(SignInPage { return_to: None }),
            Msg::SignedOut(Err(failure)) => Effect::flash(failure.to_string()),
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        rsx! {
            header {
                a { class: "brand", href: href(Home::default()), "Desk" }
                nav {
                    a { href: href(About), "About" }
                    if let Some(user) = &client.user {
                        if user.is_agent {
                            a { href: href(People), "People" }
                        }
                        form { ..dispatch.post(SignOut, Msg::SignOut),
                            button { "Sign out {user.name}" }
                        }
                    } else {
                        a { href: href(Join), "Join" }
                    }
                }
            }
            if let Some(flash) = &client.browser.flash {
                p { role: "status", "{flash}" }
            }
            {content}
        }
    }
}

/// Ends the session.
#[derive(Clone, Wire, Form)]
pub struct SignOut;

#[server(public, http)]
async fn sign_out(_: SignOut, cx: &crate::HttpCx) -> Result<()> {
    cx.state().sign_out(&cx.session().to_string()).await?;
    cx.sign_out();
    Ok(())
}
