use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public)]
async fn rename(_: Rename, _: &Cx, _: i64) -> Result<()> {
    Ok(())
}

fn main() {}
