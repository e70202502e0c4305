//! `/`: sends messages to the context, and has a title with the input.

use rally::prelude::*;

use crate::{Site, SiteMsg};

#[page]
pub struct Home;

#[derive(Wire)]
pub struct Model {
    name: String,
    began_at: String,
}

#[derive(Clone)]
pub enum Msg {
    Named(String),
    Add,
    Later,
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, (): (), cx: &Site) -> Self {
        Self { name: String::new(), began_at: cx.client.current_path.clone() }
    }

    fn update(&mut self, msg: Msg, cx: &Site) -> Effect<Msg> {
        match msg {
            Msg::Named(name) => {
                self.name = name;
                Effect::none()
            }
            Msg::Add => cx.tell(SiteMsg::Added(self.name.clone())),
            Msg::Later => cx.tell(SiteMsg::Later),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, cx: &Site) -> Element {
        let added = cx.added.join(", ");
        rsx! {
            h1 { "Home" }
            p { id: "began", "{self.began_at}" }
            input { value: "{self.name}", oninput: dispatch.value(Msg::Named) }
            button { onclick: dispatch.on(Msg::Add), "Add" }
            button { onclick: dispatch.on(Msg::Later), "Later" }
            p { id: "added", "{added}" }
        }
    }

    fn head(&self, cx: &Site) -> Head {
        let head = match &*self.name {
            "" => Head::title("Home"),
            name => Head::title(format!("{name} ({})", cx.client.lang)),
        };
        head.description("What home says")
            .property("og:title", "Home")
            .canonical("https://site.example/")
    }
}
