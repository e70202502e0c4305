//! `/mine`: the user's own entries, which they can remove. Requires a signed-in user.

use rally::prelude::*;

use super::home_::Entry;
use crate::Site;

#[page(loader, signed_in)]
pub struct Mine;

#[derive(Wire)]
pub struct Model {
    entries: Vec<Entry>,
    mistake: String,
}

pub enum Msg {
    Remove(Remove),
    Removed(i64, Reply<Remove>),
}

impl Page for Model {
    type Route = Mine;
    type Msg = Msg;

    fn init(_: Mine, entries: Vec<Entry>, _: &Site) -> Self {
        Self { entries, mistake: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Remove(remove) => {
                let id = remove.id;
                remove.call(move |reply| Msg::Removed(id, reply))
            }
            Msg::Removed(id, Ok(())) => {
                self.entries.retain(|entry| entry.id != id);
                Effect::none()
            }
            Msg::Removed(_, Err(failure)) => {
                self.mistake = failure.to_string();
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "My entries" }
                if !self.mistake.is_empty() {
                    p { role: "alert", "{self.mistake}" }
                }
                if self.entries.is_empty() {
                    p { "You have not written anything yet." }
                }
                for (id , text) in self.entries.iter().map(|entry| (entry.id, &entry.text)) {
                    article { key: "{id}",
                        p { "{text}" }
                        form { ..dispatch.post(Remove { id }, Msg::Remove), button { "Remove" } }
                    }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("My entries - Guestbook").meta("robots", "noindex")
    }
}

/// Removes an entry.
#[derive(Clone, Wire, Form)]
pub struct Remove {
    pub id: i64,
}

#[server(page)]
async fn remove(msg: Remove, cx: &crate::Cx, account: &crate::accounts::Account) -> Result<()> {
    cx.state().remove(account.id, msg.id).await?;
    Ok(())
}

#[loader(page)]
async fn load(
    _: Mine,
    cx: &crate::Cx,
    account: &crate::accounts::Account,
) -> Result<Vec<Entry>, LoadError> {
    Ok(cx.state().entries(Some(account.id)).await?)
}
