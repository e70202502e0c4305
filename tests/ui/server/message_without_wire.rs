use rally::prelude::*;

pub struct Rename {
    pub name: String,
}

#[server(public)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
