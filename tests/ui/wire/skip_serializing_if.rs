use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

fn main() {}
