use rally::prelude::*;

#[derive(Wire, Form)]
struct Guest {
    name: String,
}

fn invite(guest: Guest) -> Result<()> {
    guest.check()?;
    Ok(())
}

fn main() {}
