use std::rc::Rc;

use rally::prelude::*;

rally::pages!();

#[page("/")]
pub struct Home;

#[derive(Wire)]
pub struct Model {
    pub text: String,
}

pub enum Msg {
    Typed(Rc<str>),
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self { text: String::new() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Typed(text) => self.text = text.to_string(),
        }
        Effect::none()
    }

    fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

fn main() {}
