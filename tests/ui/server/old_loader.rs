use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(load, public)]
async fn load(_: Rename, _: &Cx) -> Result<(), LoadError> {
    Ok(())
}

fn main() {}
