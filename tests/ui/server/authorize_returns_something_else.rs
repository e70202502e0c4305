use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server_only]
async fn may_edit(_: &Cx, _: &()) -> bool {
    true
}

#[server(authorize = may_edit)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
