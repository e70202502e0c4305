//! The layout of all pages: a header with the menu, and the flash message.

use rally::prelude::*;

use super::about::About;
use super::home_::Home;
use super::join::Join;
use super::people::People;
use super::sign_in::SignInPage;
use crate::Site;

#[derive(Wire)]
pub struct Model {
    problem: String,
}

pub enum Msg {
    SignOut(SignOut),
    SignedOut(Reply<SignOut>),
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(_: &Site) -> Self {
        Self { problem: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::SignOut(msg) => msg.call(Msg::SignedOut),
            Msg::SignedOut(Ok(())) => Effect::navigate(SignInPage { return_to: None }),
            Msg::SignedOut(Err(failure)) => {
                self.problem = failure.to_string();
                Effect::none()
            }
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
            if !self.problem.is_empty() {
                p { role: "alert", "{self.problem}" }
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
