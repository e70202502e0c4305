use rally::prelude::*;

#[derive(Wire)]
#[serde(remote = "std::time::Instant")]
pub struct Instant {
    pub seconds: u64,
}

fn main() {}
