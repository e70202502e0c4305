//! `/join`: a form for a new account.

use rally::prelude::*;

use super::home_::Home;
use crate::Site;

#[page]
pub struct Join;

#[derive(Wire)]
pub struct Model {
    name: String,
    mistakes: Mistakes,
    failure: String,
}

pub enum Msg {
    Submitted(FormValues),
    Joined(Reply<NewAccount>),
}

impl Page for Model {
    type Route = Join;
    type Msg = Msg;

    fn init(_: Join, _: (), _: &Site) -> Self {
        Self { name: String::new(), mistakes: Mistakes::default(), failure: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(values) => {
                values.text("name").trim().clone_into(&mut self.name);
                let password = values.text("password").to_owned();
                let account = NewAccount { name: self.name.clone(), password };
                // The server checks again. The check here shows errors without a request.
                self.mistakes = account.mistakes();
                self.failure.clear();
                if self.mistakes == Mistakes::default() {
                    account.call(Msg::Joined)
                } else {
                    Effect::none()
                }
            }
            Msg::Joined(Ok(())) => Effect::navigate(Home),
            Msg::Joined(Err(Failure::App(mistakes))) => {
                self.mistakes = mistakes;
                Effect::none()
            }
            Msg::Joined(Err(failure)) => {
                self.failure = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Join" }
                form { novalidate: true, ..dispatch.raw_form("join", Msg::Submitted),
                    label {
                        "Name"
                        input { name: "name", autocomplete: "username", value: "{self.name}" }
                    }
                    {mistake(self.mistakes.name.as_deref())}
                    label {
                        "Password"
                        input { r#type: "password", name: "password", autocomplete: "new-password" }
                    }
                    {mistake(self.mistakes.password.as_deref())}
                    {mistake(Some(&*self.failure).filter(|failure| !failure.is_empty()))}
                    button { "Join" }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Join - Guestbook")
    }
}

fn mistake(text: Option<&str>) -> Element {
    rsx! {
        if let Some(text) = text {
            p { role: "alert", "{text}" }
        }
    }
}

/// Creates an account and signs in.
#[derive(Wire)]
pub struct NewAccount {
    pub name: String,
    pub password: String,
}

/// The errors of the fields.
#[derive(Debug, Default, Wire, PartialEq)]
pub struct Mistakes {
    pub name: Option<String>,
    pub password: Option<String>,
}

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.name.iter().chain(&self.password).try_for_each(|mistake| f.write_str(mistake))
    }
}

impl NewAccount {
    fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        if !(2..=30).contains(&self.name.chars().count()) {
            mistakes.name = Some("A name has 2 to 30 letters.".to_owned());
        }
        if !(8..=200).contains(&self.password.chars().count()) {
            mistakes.password = Some("A password has at least 8 letters.".to_owned());
        }
        mistakes
    }
}

#[server(public, http)]
async fn join(msg: NewAccount, cx: &crate::HttpCx) -> Result<(), CallError<Mistakes>> {
    let mistakes = msg.mistakes();
    if mistakes != Mistakes::default() {
        return reject(mistakes);
    }
    let hash = crate::accounts::hash(msg.password).await?;
    let Some(id) = cx.state().join(&msg.name, &hash).await? else {
        let name = Some(format!("{} is taken.", msg.name));
        return reject(Mistakes { name, password: None });
    };
    // The old session ends, so that nobody else can use it.
    let old = cx.session().to_string();
    cx.state().sign_in(&old, &cx.sign_in().to_string(), id).await?;
    Ok(())
}
