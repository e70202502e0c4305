use rally::prelude::*;

pub struct SendWelcome {
    pub account: i64,
}

#[job]
async fn send_welcome(_: SendWelcome, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
