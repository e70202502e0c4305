//! `/sign-in`: a form with name and password.

use rally::prelude::*;

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
    form: FormState<SignIn>,
}

pub enum Msg {
    Submitted(Submitted<SignIn>),
    SignedIn(Reply<SignIn>),
}

impl Page for Model {
    type Route = SignInPage;
    type Msg = Msg;

    fn init(page: SignInPage, _: (), _: &Site) -> Self {
        Self { return_to: page.return_to, form: FormState::default() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(form) => self.form.submit(form, Msg::SignedIn),
            Msg::SignedIn(reply) => {
                let to = self.return_to.clone().unwrap_or_default();
                self.form.answer(reply, |()| Effect::navigate_to(to, History::Replace))
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Sign in" }
                form { ..dispatch.form(Msg::Submitted),
                    {self.form.field(SignIn::NAME, "Name")}
                    {self.form.field(SignIn::PASSWORD, "Password")}
                    {self.form.problem()}
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

#[derive(Wire, Form)]
pub struct SignIn {
    #[form(trim, max = 30, autocomplete = "username")]
    pub name: String,
    #[form(password, max = 200, autocomplete = "current-password")]
    pub password: String,
}

#[server(public, http)]
async fn sign_in(msg: SignIn, cx: &crate::HttpCx) -> Result<(), CallError<FieldErrors>> {
    msg.check()?;
    let (id, hash) = cx.state().account(&msg.name).await?.unzip();
    let is_right = crate::accounts::verify(msg.password, hash).await?;
    // The error does not reveal which one is wrong.
    let wrong = FieldErrors::problem("Name or password is wrong.");
    let id = id.filter(|_| is_right).or_reject(wrong)?;
    Ok(crate::accounts::sign_in(id, cx).await?)
}
