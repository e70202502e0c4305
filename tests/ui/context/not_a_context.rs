use rally::prelude::*;

rally::pages!(context = crate::Site);

#[derive(Default, Wire)]
pub struct Site {
    browser: ClientContext,
}

#[page("/")]
pub struct Home;

#[derive(Wire)]
pub struct Model;

impl Page for Model {
    type Route = Home;
    type Msg = Never;

    fn init(_: Home, _: (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Never, _: &Site) -> Effect<Never> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Never>, _: &Site) -> Element {
        rsx! {}
    }
}

fn main() {}
