//! The layout of all pages but the admin pages.

use rally::prelude::*;

use super::admin::index::Admin;
use super::home_::Home;
use super::plain::Plain;
use super::titled::Titled;
use crate::Site;

#[derive(Wire)]
pub struct Model {
    clicks: u32,
    ticks: u32,
}

#[derive(Clone)]
pub enum Msg {
    Clicked,
    Ticked,
    Dark(Option<bool>),
    Speak(&'static str),
}

impl Layout for Model {
    type Context = Site;
    type Msg = Msg;

    fn init(_: &Site) -> Self {
        Self { clicks: 0, ticks: 0 }
    }

    fn mounted(&self, _: &Site) -> Effect<Msg> {
        Effect::after(std::time::Duration::ZERO, || Msg::Ticked)
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Clicked => {
                self.clicks += 1;
                Effect::none()
            }
            Msg::Ticked => {
                self.ticks += 1;
                Effect::none()
            }
            Msg::Dark(dark) => Effect::set_dark_mode(dark),
            Msg::Speak(lang) => Effect::set_lang(lang),
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        let titled = Titled { title: "A title".to_owned() };
        let links = [
            ("Home", href(Home)),
            ("Plain", href(Plain)),
            ("Titled", href(titled)),
            ("Admin", href(Admin)),
        ];
        let ClientContext { current_path, lang, dark_mode, .. } = &client.browser;
        let theme = if *dark_mode { "dark" } else { "light" };
        rsx! {
            header { class: "root",
                for (text , url) in links {
                    a {
                        key: "{text}",
                        aria_current: (*current_path == url).then_some("page"),
                        href: url,
                        "{text}"
                    }
                }
                button { id: "clicks", onclick: move |_| dispatch(Msg::Clicked), "{self.clicks}" }
                output { id: "ticks", "{self.ticks}" }
                output { id: "cart", "{client.cart}" }
                output { id: "visitor", "{current_path} {lang} {theme}" }
                button { onclick: move |_| dispatch(Msg::Dark(Some(true))), "Dark" }
                button { onclick: move |_| dispatch(Msg::Dark(Some(false))), "Light" }
                button { onclick: move |_| dispatch(Msg::Dark(None)), "As the system" }
                button { onclick: move |_| dispatch(Msg::Speak("de-AT")), "Deutsch" }
            }
            if let Some(flash) = &client.browser.flash {
                p { id: "flash", "{flash}" }
            }
            main { {content} }
            footer { "The footer" }
        }
    }
}
