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

#[derive(Wire)]
pub struct Rename {
    pub name: String,
}

#[server_only]
async fn may_see(_: &Ticket, _: &Cx, _: &()) -> Result<bool> {
    Ok(true)
}

#[server(authorize = may_see)]
async fn rename(_: Rename, _: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
