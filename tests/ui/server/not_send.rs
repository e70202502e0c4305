use rally::prelude::*;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(public)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    let count = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(count);
    Ok(())
}

fn main() {}
