//! `/mine`: the user's own entries, which they can remove. Requires a signed-in user.

use rally::prelude::*;

use super::home_::Entry;
use crate::Site;

#[page(loader, signed_in)]
pub struct Mine;

#[derive(Wire)]
pub struct Model {
    entries: Vec<Entry>,
}

pub enum Msg {
    Remove(Remove),
    Removed(i64, Reply<Remove>),
}

impl Page for Model {
    type Route = Mine;
    type Msg = Msg;

    fn init(_: Mine, entries: Vec<Entry>, _: &Site) -> Self {
        Self { entries }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Remove(remove) => {
                let id = remove.id;
                remove.call(move |reply| Msg::Removed(id, reply))
            }
            Msg::Removed(id, Ok(())) => {
                self.entries.retain(|entry| entry.id != id);
                Effect::clear_flash()
            }
            Msg::Removed(_, Err(failure)) => Effect::flash(failure.to_string()),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "My entries" }
                if self.entries.is_empty() {
                    p { "You have not written anything yet." }
                }
                for entry in &self.entries {
                    article { key: "{entry.id}",
                        p { "{entry.text}" }
                        form {
                            ..dispatch
                                .post(Remove { id: entry.id }, Msg::Remove)
                                .confirm("Remove this entry?"),
                            button { "Remove" }
                        }
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
async fn remove(msg: Remove, cx: &crate::Cx, account: &crate::Account) -> Result<()> {
    cx.state().remove(account.id, msg.id).await?;
    Ok(())
}

#[loader(page)]
async fn load(_: Mine, cx: &crate::Cx, account: &crate::Account) -> Result<Vec<Entry>, LoadError> {
    Ok(cx.state().entries(Some(account.id)).await?)
}
