//! `/`: the entries, and for signed-in users a form for a new one.

use rally::prelude::*;

use super::sign_in::SignInPage;
use crate::Site;

#[page(loader)]
pub struct Home;

#[derive(Wire)]
pub struct Entry {
    pub id: i64,
    pub author: String,
    pub text: String,
    /// The file name of the picture.
    pub picture: Option<String>,
}

#[derive(Wire)]
pub struct Model {
    entries: Vec<Entry>,
    form: FormState<Sign>,
}

pub enum Msg {
    Submitted(Submitted<Sign>),
    Signed(Reply<Sign>),
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, entries: Vec<Entry>, _: &Site) -> Self {
        Self { entries, form: FormState::default() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(form) => self.form.submit(form, Msg::Signed),
            // This empties the form, but keeps text that the visitor has typed meanwhile.
            Msg::Signed(reply) => self.form.answer_and_reset(reply, |entry| {
                self.entries.insert(0, entry);
                Effect::flash("Thank you.")
            }),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        rsx! {
            main {
                h1 { "Guestbook" }
                if client.user.is_some() {
                    form { ..dispatch.form(Msg::Submitted),
                        {self.form.field(Sign::TEXT, "Your entry")}
                        {self.form.field(Sign::PICTURE, "A picture, if you like")}
                        {self.form.problem()}
                        button { "Sign" }
                    }
                } else {
                    p {
                        a { href: href(SignInPage { return_to: None }), "Sign in" }
                        " to write something."
                    }
                }
                for entry in &self.entries {
                    article { key: "{entry.id}",
                        if let Some(picture) = &entry.picture {
                            img { src: "/pictures/{picture}", alt: "" }
                        }
                        p { "{entry.text}" }
                        footer { "{entry.author}" }
                    }
                }
            }
        }
    }
}

/// Adds an entry.
#[derive(Wire, Form)]
pub struct Sign {
    #[form(multiline, max = 1000, trim)]
    pub text: String,
    #[form(accept = "image/*")]
    pub picture: Option<rally::File>,
}

#[server(signed_in)]
async fn sign(
    msg: Sign,
    cx: &crate::Cx,
    account: &crate::Account,
) -> Result<Entry, CallError<FieldErrors>> {
    msg.check()?;
    let picture = match &msg.picture {
        None => None,
        Some(file) => {
            let stored = cx.state().store(cx.file(file).await?).await?;
            let no_picture = FieldErrors::of(Sign::PICTURE, "Choose a PNG, JPEG, GIF or WebP.");
            Some(stored.or_reject(no_picture)?)
        }
    };
    let id = cx.state().add(account.id, &msg.text, picture.as_deref()).await?;
    Ok(Entry { id, author: account.name.clone(), text: msg.text, picture })
}

#[loader(public)]
async fn load(_: Home, cx: &crate::Cx) -> Result<Vec<Entry>, LoadError> {
    Ok(cx.state().entries(None).await?)
}
