//! `/`: the entries, and for signed-in users a form for a new one.

use rally::prelude::*;

use super::sign_in::SignInPage;
use crate::{Site, SiteMsg};

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
    text: String,
    /// The text that the server is storing.
    sent: String,
    mistake: String,
}

pub enum Msg {
    Typed(String),
    Submitted(FormValues),
    Signed(Reply<Sign>),
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, entries: Vec<Entry>, _: &Site) -> Self {
        Self { entries, text: String::new(), sent: String::new(), mistake: String::new() }
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::Typed(text) => {
                self.text = text;
                Effect::none()
            }
            Msg::Submitted(values) => {
                values.text("text").clone_into(&mut self.text);
                self.sent.clone_from(&self.text);
                self.mistake.clear();
                Sign { text: self.text.clone(), picture: values.file("picture") }.call(Msg::Signed)
            }
            Msg::Signed(Ok(entry)) => {
                self.entries.insert(0, entry);
                // The visitor may have typed more meanwhile.
                if self.text == self.sent {
                    self.text.clear();
                }
                client.send(SiteMsg::Say("Thank you.".to_owned()))
            }
            Msg::Signed(Err(failure)) => {
                self.mistake = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        rsx! {
            main {
                h1 { "Guestbook" }
                if client.user.is_some() {
                    form {
                        ..dispatch.raw_form("sign", Msg::Submitted).files(),
                        label {
                            "Your entry"
                            textarea {
                                name: "text",
                                required: true,
                                value: "{self.text}",
                                oninput: dispatch.value(Msg::Typed),
                            }
                        }
                        Picture { key: "{self.entries.len()}" }
                        if !self.mistake.is_empty() {
                            p { role: "alert", "{self.mistake}" }
                        }
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

/// The field for a picture. Its key makes a new field after each entry. Otherwise the browser
/// would keep the chosen file.
#[component]
fn Picture() -> Element {
    rsx! {
        label {
            "A picture, if you like"
            input { r#type: "file", name: "picture", accept: "image/*" }
        }
    }
}

/// Adds an entry.
#[derive(Wire)]
pub struct Sign {
    pub text: String,
    pub picture: Option<rally::File>,
}

/// An error in an entry.
#[derive(Debug, Wire, PartialEq, thiserror::Error)]
pub enum Mistake {
    #[error("Write something.")]
    Empty,
    #[error("That is too long. Write at most 1000 characters.")]
    TooLong,
    #[error("That file is not a picture. Choose a PNG, JPEG, GIF or WebP.")]
    NoPicture,
}

#[server(signed_in)]
async fn sign(
    msg: Sign,
    cx: &crate::Cx,
    account: &crate::accounts::Account,
) -> Result<Entry, CallError<Mistake>> {
    let text = msg.text.trim();
    if text.is_empty() {
        return reject(Mistake::Empty);
    }
    if text.chars().count() > 1000 {
        return reject(Mistake::TooLong);
    }
    let picture = match &msg.picture {
        None => None,
        Some(file) => {
            let stored = cx.state().store(cx.file(file).await?).await?;
            Some(stored.or_reject(Mistake::NoPicture)?)
        }
    };
    let id = cx.state().add(account.id, text, picture.as_deref()).await?;
    Ok(Entry { id, author: account.name.clone(), text: text.to_owned(), picture })
}

#[loader(public)]
async fn load(_: Home, cx: &crate::Cx) -> Result<Vec<Entry>, LoadError> {
    Ok(cx.state().entries(None).await?)
}
