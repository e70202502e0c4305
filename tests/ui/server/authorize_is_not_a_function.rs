use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(authorize = "may_edit")]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
