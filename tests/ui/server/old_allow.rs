use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server_only]
async fn may_edit(_: &Cx, _: &()) -> Result<bool> {
    Ok(true)
}

#[server(allow = may_edit)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
