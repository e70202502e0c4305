use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

#[job]
async fn send_welcome(_: SendWelcome, _: &Cx) -> Result<()> {
    let shared = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
    Ok(())
}

fn main() {}
