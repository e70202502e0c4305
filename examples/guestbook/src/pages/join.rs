//! `/join`: a form for a new account.

use rally::prelude::*;

use super::home_::Home;
use crate::Site;

#[page]
pub struct Join;

#[derive(Wire)]
pub struct Model {
    form: FormState<NewAccount>,
}

pub enum Msg {
    Submitted(Submitted<NewAccount>),
    Joined(Reply<NewAccount>),
}

impl Page for Model {
    type Route = Join;
    type Msg = Msg;

    fn init(_: Join, _: (), _: &Site) -> Self {
        Self { form: FormState::default() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(form) => self.form.submit(form, Msg::Joined),
            Msg::Joined(reply) => self.form.answer(reply, |()| Effect::navigate(Home)),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Join" }
                form { ..dispatch.form(Msg::Submitted),
                    {self.form.field(NewAccount::NAME, "Name")}
                    {self.form.field(NewAccount::PASSWORD, "Password")}
                    {self.form.problem()}
                    button { "Join" }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Join - Guestbook")
    }
}

/// Creates an account and signs in.
#[derive(Wire, Form)]
pub struct NewAccount {
    #[form(min = 2, max = 30, trim, autocomplete = "username")]
    pub name: String,
    #[form(password, min = 8, max = 200, autocomplete = "new-password")]
    pub password: String,
}

#[server(public, http)]
async fn join(msg: NewAccount, cx: &crate::HttpCx) -> Result<(), CallError<FieldErrors>> {
    // A call over HTTP need not come from the form.
    msg.check()?;
    let hash = crate::accounts::hash(msg.password).await?;
    let taken = FieldErrors::of(NewAccount::NAME, format!("{} is taken.", msg.name));
    let id = cx.state().join(&msg.name, &hash).await?.or_reject(taken)?;
    Ok(crate::accounts::sign_in(id, cx).await?)
}
