use rally::prelude::*;

#[derive(Form)]
pub enum Plan {
    Free,
    Paid(u32),
}

#[derive(Form)]
pub struct Order {
    pub plan: Plan,
}

fn main() {}
