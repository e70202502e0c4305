use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public)]
async fn rename(_: Rename, cx: &Cx) -> Result<()> {
    cx.sign_out();
    Ok(())
}

fn main() {}
