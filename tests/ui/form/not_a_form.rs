use rally::prelude::*;

pub struct Guest {
    pub name: String,
}

pub enum Msg {
    Submitted(Submitted<Guest>),
}

fn view(dispatch: Dispatch<Msg>) -> Element {
    rsx! {
        form { ..dispatch.form(Msg::Submitted) }
    }
}

fn main() {}
