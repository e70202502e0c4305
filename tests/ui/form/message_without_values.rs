use rally::prelude::*;

pub enum Msg {
    Submitted(FormValues),
}

fn view(dispatch: Dispatch<Msg>) -> Element {
    rsx! {
        form { ..dispatch.form(Msg::Submitted) }
    }
}

fn main() {}
