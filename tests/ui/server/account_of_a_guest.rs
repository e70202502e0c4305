use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

pub struct Account;

type Cx = rally::Cx<(), Account>;

#[server(public)]
async fn rename(_: Rename, _: &Cx, _: &Account) -> Result<()> {
    Ok(())
}

fn main() {}
