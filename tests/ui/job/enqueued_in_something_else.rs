use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

#[job]
async fn send_welcome(_: SendWelcome, _: &Cx) -> Result<()> {
    Ok(())
}

async fn welcome() {
    let _ = SendWelcome { account: 1 }.enqueue(&7).await;
}

fn main() {}
