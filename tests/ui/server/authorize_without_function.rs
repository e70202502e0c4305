use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(authorize)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
