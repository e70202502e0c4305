use rally::prelude::*;

rally::pages!();

#[page("/", loader)]
pub struct Home;

#[derive(Wire)]
pub struct Model;

impl Page for Model {
    type Route = Home;
    type Msg = Never;

    fn init(_: Home, _: (), _: &ClientContext) -> Self {
        Self
    }

    fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

#[loader]
async fn load(_: Home, _: &Cx) -> Result<(), LoadError> {
    Ok(())
}

fn main() {}
