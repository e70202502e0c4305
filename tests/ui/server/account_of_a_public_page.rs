use rally::prelude::*;

rally::pages!();

#[page("/tickets/:id")]
pub struct Ticket {
    pub id: i64,
}

#[derive(Wire)]
pub struct Model;

impl Page for Model {
    type Route = Ticket;
    type Msg = Never;

    fn init(_: Ticket, _: (), _: &ClientContext) -> Self {
        Self
    }

    fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
        rsx! {}
    }
}

pub struct Account;

type Cx = rally::Cx<(), Account>;

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server(page)]
async fn rename(_: Rename, _: &Cx, _: &Account) -> Result<()> {
    Ok(())
}

fn main() {}
