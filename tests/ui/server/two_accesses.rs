use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public, private)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
