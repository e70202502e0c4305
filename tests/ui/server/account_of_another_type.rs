use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

pub struct Account;

type Cx = rally::Cx<(), Account>;

#[server(signed_in)]
async fn rename(_: Rename, _: &Cx, _: &String) -> Result<()> {
    Ok(())
}

fn main() {}
