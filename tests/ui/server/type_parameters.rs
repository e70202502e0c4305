use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public)]
async fn rename<T>(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
