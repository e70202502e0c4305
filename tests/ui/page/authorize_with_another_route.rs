use rally::prelude::*;

mod other {
    use rally::prelude::*;

    rally::pages!();

    #[page("/other")]
    pub struct Other;

    #[derive(Wire)]
    pub struct Model;

    impl Page for Model {
        type Route = Other;
        type Msg = Never;

        fn init(_: Other, _: (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
            rsx! {}
        }
    }
}

rally::pages!();

#[page("/tickets/:id", authorize = may_see)]
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

#[server_only]
async fn may_see(_: &other::Other, _: &Cx, _: &()) -> Result<bool> {
    Ok(true)
}

fn main() {}
