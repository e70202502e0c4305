use rally::prelude::*;

rally::pages!();

#[page("/")]
pub struct Home;

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

#[loader(public)]
async fn load(_: Home, _: &Cx) -> Result<(), LoadError> {
    Ok(())
}

fn main() {}
