use rally::prelude::*;

rally::pages!();

#[derive(Default)]
pub struct Tab(u8);

impl std::str::FromStr for Tab {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl std::fmt::Display for Tab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[page("/")]
pub struct Home {
    #[query(default)]
    pub tab: Tab,
}

#[derive(Wire)]
pub struct Model;

pub enum Msg {}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

fn main() {}
