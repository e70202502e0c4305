use rally::prelude::*;

#[derive(Wire)]
pub struct Rename;

pub enum Msg {
    Renamed(bool),
}

fn rename() -> Effect<Msg> {
    Rename.call(|reply| Msg::Renamed(reply.is_ok()))
}

fn main() {}
