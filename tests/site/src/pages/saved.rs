//! `/saved`: flash messages, and messages to the context before a document load.

use rally::History;
use rally::prelude::*;

use super::plain::Plain;
use crate::{Site, SiteMsg};

#[page]
pub struct Saved;

#[derive(Wire)]
pub struct Model;

pub enum Msg {
    Submitted(FormValues),
    Left,
    Reloaded,
}

impl Page for Model {
    type Route = Saved;
    type Msg = Msg;

    fn init(_: Saved, (): (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(values) if values.is_checked("stay") => Effect::flash("Saved."),
            Msg::Submitted(_) => Effect::batch([Effect::flash("Saved."), Effect::navigate(Plain)]),
            // The app has no page there, so the browser loads a document.
            Msg::Left => Effect::batch([
                Effect::flash("You left <b>."),
                client.send(SiteMsg::Added("tea".to_owned())),
                Effect::navigate_to("/nowhere", History::Push),
            ]),
            Msg::Reloaded => Effect::batch([
                Effect::flash("Loaded <b>."),
                client.send(SiteMsg::Added("tea".to_owned())),
                Effect::reload(),
            ]),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            h1 { "Saved" }
            form {
                ..dispatch.raw_form("save", Msg::Submitted),
                input { r#type: "checkbox", name: "stay" }
                button { "Save" }
            }
            button { onclick: move |_| dispatch(Msg::Left), "Leave" }
            button { onclick: move |_| dispatch(Msg::Reloaded), "Reload" }
        }
    }
}
