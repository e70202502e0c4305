use std::cell::Cell;

use rally::prelude::*;

rally::pages!();

#[page("/")]
pub struct Home;

#[derive(Wire)]
pub struct Model {
    pub count: i64,
    #[serde(skip)]
    pub clicks: Clicks,
}

#[derive(Default)]
pub struct Clicks(std::rc::Rc<Cell<i64>>);

pub enum Msg {}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self { count: 0, clicks: Clicks::default() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

fn main() {}
