use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

pub struct Account;

#[server_only]
async fn may_edit(_: &Cx<(), Account>, _: &String) -> Result<bool> {
    Ok(true)
}

#[server(authorize = may_edit)]
async fn rename(_: Rename, _: &Cx<(), Account>) -> Result<()> {
    Ok(())
}

fn main() {}
