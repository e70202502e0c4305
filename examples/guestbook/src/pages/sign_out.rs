//! `/sign-out`: a button that signs out. It is a form, because a link must not change state.

use rally::prelude::*;

use super::home_::Home;
use crate::Site;

#[page]
pub struct SignOutPage;

#[derive(Wire)]
pub struct Model {
    mistake: String,
}

pub enum Msg {
    SignOut(SignOut),
    SignedOut(Reply<SignOut>),
}

impl Page for Model {
    type Route = SignOutPage;
    type Msg = Msg;

    fn init(_: SignOutPage, _: (), _: &Site) -> Self {
        Self { mistake: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::SignOut(sign_out) => sign_out.call(Msg::SignedOut),
            Msg::SignedOut(Ok(())) => Effect::navigate(Home),
            Msg::SignedOut(Err(failure)) => {
                self.mistake = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Sign out" }
                form { ..dispatch.post(SignOut, Msg::SignOut),
                    if !self.mistake.is_empty() {
                        p { role: "alert", "{self.mistake}" }
                    }
                    button { "Sign out, in every tab" }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Sign out - Guestbook")
    }
}

#[derive(Clone, Wire, Form)]
pub struct SignOut;

#[server(public, http)]
async fn sign_out(_: SignOut, cx: &crate::HttpCx) -> Result<()> {
    cx.state().sign_out(&cx.session().to_string()).await?;
    cx.sign_out();
    Ok(())
}
