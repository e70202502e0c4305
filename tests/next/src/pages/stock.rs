//! `/stock`: a loader with data of another type in the previous build,
//! `tests/fixture`.

use rally::prelude::*;

#[page(loader)]
pub struct Stock;

#[derive(Wire)]
pub struct Model {
    shelf: Shelf,
}

/// The stock of an item.
#[derive(Wire)]
pub struct Shelf {
    item: u32,
    reserved: u32,
    amount: u32,
}

pub enum Msg {}

impl Page for Model {
    type Route = Stock;
    type Msg = Msg;

    fn init(_: Stock, shelf: Shelf, _: &ClientContext) -> Self {
        Self { shelf }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
        let Shelf { item, reserved, amount } = self.shelf;
        let text = format!("{amount} of {item}, {reserved} of them reserved");
        crate::layout::page("Next stock", rsx! { output { "{text}" } })
    }
}

#[loader(public)]
async fn load(_: Stock, _: &crate::Cx) -> Result<Shelf, LoadError> {
    Ok(Shelf { item: 7, reserved: 1, amount: 3 })
}
