//! `/plain`: a page without a head.

use rally::prelude::*;

use crate::Site;

#[page]
pub struct Plain;

#[derive(Wire)]
pub struct Model;

pub enum Msg {}

impl Page for Model {
    type Route = Plain;
    type Msg = Msg;

    fn init(_: Plain, (): (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Msg>, _: &Site) -> Element {
        rsx! { h1 { "Plain" } }
    }
}
