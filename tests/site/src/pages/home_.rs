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

    fn init(_: Home, (): (), client: &Site) -> Self {
        Self { name: String::new(), began_at: client.browser.current_path.clone() }
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::Named(name) => {
                self.name = name;
                Effect::none()
            }
            Msg::Add => client.send(SiteMsg::Added(self.name.clone())),
            Msg::Later => client.send(SiteMsg::Later),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        let added = client.added.join(", ");
        rsx! {
            h1 { "Home" }
            p { id: "began", "{self.began_at}" }
            input { value: "{self.name}", oninput: dispatch.value(Msg::Named) }
            button { onclick: move |_| dispatch(Msg::Add), "Add" }
            button { onclick: move |_| dispatch(Msg::Later), "Later" }
            p { id: "added", "{added}" }
        }
    }

    fn head(&self, client: &Site) -> Head {
        let head = match &*self.name {
            "" => Head::title("Home"),
            name => Head::title(format!("{name} ({})", client.browser.lang)),
        };
        head.description("What home says")
            .property("og:title", "Home")
            .canonical("https://site.example/")
    }
}
