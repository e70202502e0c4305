use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

pub struct Secret;

#[server(public)]
async fn rename(_: Rename, _: &Cx) -> Result<Secret> {
    Ok(Secret)
}

fn main() {}
