//! `/sign-in`: a form with name and password.

use rally::prelude::*;

use super::home_::Home;
use super::join::Join;
use crate::Site;

#[page]
pub struct SignInPage {
    /// The page to return to after signing in.
    #[query(default)]
    pub return_to: Option<LocalPath>,
}

#[derive(Wire)]
pub struct Model {
    return_to: Option<LocalPath>,
    name: String,
    mistake: String,
}

pub enum Msg {
    Submitted(FormValues),
    SignedIn(Reply<SignIn>),
}

impl Page for Model {
    type Route = SignInPage;
    type Msg = Msg;

    fn init(page: SignInPage, _: (), _: &Site) -> Self {
        Self { return_to: page.return_to, name: String::new(), mistake: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(values) => {
                values.text("name").clone_into(&mut self.name);
                let password = values.text("password").to_owned();
                SignIn { name: self.name.clone(), password }.call(Msg::SignedIn)
            }
            Msg::SignedIn(Ok(())) => {
                let to = self.return_to.as_ref().map_or_else(|| href(Home), ToString::to_string);
                Effect::navigate_to(to, rally::History::Replace)
            }
            Msg::SignedIn(Err(failure)) => {
                self.mistake = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Sign in" }
                form { ..dispatch.raw_form("sign-in", Msg::Submitted),
                    label {
                        "Name"
                        input { name: "name", required: true, autocomplete: "username", value: "{self.name}" }
                    }
                    label {
                        "Password"
                        input {
                            r#type: "password",
                            name: "password",
                            required: true,
                            autocomplete: "current-password",
                        }
                    }
                    if !self.mistake.is_empty() {
                        p { role: "alert", "{self.mistake}" }
                    }
                    button { "Sign in" }
                }
                p {
                    "No account yet? "
                    a { href: href(Join), "Join" }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Sign in - Guestbook")
    }
}

#[derive(Wire)]
pub struct SignIn {
    pub name: String,
    pub password: String,
}

/// The name or the password is wrong. The error does not reveal which one.
#[derive(Debug, Wire, PartialEq, thiserror::Error)]
#[error("Name or password is wrong.")]
pub struct Wrong;

#[server(public, http)]
async fn sign_in(msg: SignIn, cx: &crate::HttpCx) -> Result<(), CallError<Wrong>> {
    let account = cx.state().account(&msg.name).await?;
    let (id, hash) = account.unzip();
    let is_right = crate::accounts::verify(msg.password, hash).await?;
    let id = id.filter(|_| is_right).or_reject(Wrong)?;
    // The old session ends, so that nobody else can use it.
    let old = cx.session().to_string();
    cx.state().sign_in(&old, &cx.sign_in().to_string(), id).await?;
    Ok(())
}
