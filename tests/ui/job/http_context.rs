use rally::prelude::*;

#[derive(Wire)]
pub struct SendWelcome {
    pub to: String,
}

#[job]
async fn send_welcome(_: SendWelcome, _: &HttpCx) -> Result<()> {
    Ok(())
}

fn main() {}
