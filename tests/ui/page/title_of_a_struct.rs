use rally::prelude::*;

rally::pages!();

#[page("/", title = "Home")]
pub struct Home;

#[derive(Wire)]
pub struct Model;

impl Page for Model {
    type Route = Home;
    type Msg = Never;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self
    }

    fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

fn main() {}
