//! `/titled?title=`: a head with the text of the URL.

use rally::prelude::*;

use crate::Site;

#[page]
pub struct Titled {
    #[query(default)]
    pub title: String,
}

#[derive(Wire)]
pub struct Model {
    title: String,
}

pub enum Msg {}

impl Page for Model {
    type Route = Titled;
    type Msg = Msg;

    fn init(page: Titled, (): (), _: &Site) -> Self {
        Self { title: page.title }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Msg>, _: &Site) -> Element {
        rsx! { h1 { "Titled" } p { "{self.title}" } }
    }

    fn head(&self, _: &Site) -> Head {
        let title = &*self.title;
        Head::title(title)
            .description(title)
            .meta(title, title)
            .property("og:title", title)
            .canonical(title)
    }
}
