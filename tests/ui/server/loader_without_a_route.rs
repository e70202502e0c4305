use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[loader(public)]
async fn load(_: Rename, _: &Cx) -> Result<(), LoadError> {
    Ok(())
}

fn main() {}
