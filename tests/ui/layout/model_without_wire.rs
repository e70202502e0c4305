use rally::prelude::*;

pub struct Model;

impl Layout for Model {
    type Context = ClientContext;
    type Msg = Never;

    fn init(_: &ClientContext) -> Self {
        Self
    }

    fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
        match msg {}
    }

    fn view(&self, content: Element, _: Dispatch<Never>, _: &ClientContext) -> Element {
        content
    }
}

fn main() {}
