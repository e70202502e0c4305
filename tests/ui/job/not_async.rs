use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub account: i64,
}

#[job]
fn send_welcome(_: SendWelcome, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
