use rally::prelude::*;

#[derive(Wire)]
pub struct Inner {
    pub name: String,
}

#[derive(Wire)]
pub struct Outer {
    #[serde(flatten)]
    pub inner: Inner,
}

fn main() {}
