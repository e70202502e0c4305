//! Pages with forms.

use std::time::Duration;

use rally::prelude::*;

use crate::app::Cx;

use guests::Sign;

/// `/guests?page=`: several forms. Most of them sign; `count` parses a number
/// and signs repeatedly.
pub mod guests {
    use super::*;

    rally::pages!();

    #[page("/guests", loader)]
    pub struct Guests {
        #[query(default)]
        pub page: u8,
    }

    #[derive(Wire)]
    pub struct Model {
        page: u8,
        guests: Vec<String>,
        name: String,
        values: FormValues,
        notice: String,
    }

    pub enum Msg {
        Submitted(FormValues),
        Signed(Reply<Sign>),
        Counted(FormValues),
        Answered(u8),
    }

    /// Adds a name to the guests, or refuses it.
    #[derive(Debug, PartialEq, Wire)]
    pub struct Sign {
        pub name: String,
    }

    impl Page for Model {
        type Route = Guests;
        type Msg = Msg;

        fn init(page: Guests, guests: Vec<String>, _: &ClientContext) -> Self {
            let (values, notice) = (FormValues::new(), String::new());
            Self { page: page.page, guests, name: String::new(), values, notice }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Submitted(values) => {
                    self.values = values;
                    self.name = self.values.text("name").trim().to_owned();
                    if self.name.is_empty() {
                        self.notice = "A name is needed.".to_owned();
                        return Effect::none();
                    }
                    Sign { name: self.name.clone() }.call(Msg::Signed)
                }
                Msg::Signed(Ok(())) if self.values.is_checked("then") => {
                    Effect::navigate(done::Done { name: self.name.clone() })
                }
                Msg::Signed(Ok(())) => Effect::none(),
                Msg::Signed(Err(error)) => {
                    self.notice = error.to_string();
                    Effect::none()
                }
                Msg::Counted(values) => {
                    self.values = values;
                    match self.values.parse::<u8>("times") {
                        Ok(times) => self.sign_again(times),
                        Err(error) => {
                            self.notice = error.to_string();
                            Effect::none()
                        }
                    }
                }
                Msg::Answered(0) => Effect::none(),
                Msg::Answered(times) => self.sign_again(times - 1),
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { role: "alert", "{self.notice}" }
                form {
                    ..dispatch.raw_form("sign", Msg::Submitted),
                    input { name: "name", value: "{self.values.text(\"name\")}" }
                    textarea { name: "text", "{self.values.text(\"text\")}" }
                    input { name: "then", r#type: "checkbox", checked: self.values.is_checked("then") }
                }
                Child { dispatch }
                form { ..dispatch.raw_form("twice", Msg::Submitted) }
                form { ..dispatch.raw_form("twice", Msg::Submitted) }
                form { ..dispatch.raw_form("photo", Msg::Submitted).files(), input { r#type: "file", name: "photo" } }
                for guest in &self.guests {
                    li { "{guest}" }
                }
            }
        }
    }

    impl Model {
        fn sign_again(&mut self, times: u8) -> Effect<Msg> {
            let sign = Sign { name: format!("guest {times}") };
            sign.call(move |_| Msg::Answered(times))
        }
    }

    /// A form in a separate component.
    #[component]
    fn Child(dispatch: Dispatch<Msg>) -> Element {
        rsx! {
            form { ..dispatch.raw_form("count", Msg::Counted), input { name: "times" } }
        }
    }

    #[loader(public)]
    async fn load(page: Guests, cx: &Cx) -> Result<Vec<String>, LoadError> {
        match page.page {
            0 => Ok(cx.state().messages.lock().unwrap().clone()),
            1 => Ok(Vec::new()),
            2 => Err(LoadError::Forbidden),
            3 => Err(LoadError::redirect(Guests { page: 1 })),
            _ => Err(LoadError::NotFound),
        }
    }

    #[server(public)]
    async fn sign(msg: Sign, cx: &Cx) -> Result<(), CallError<String>> {
        match &*msg.name {
            "banned" => Err(CallError::App("Not you.".to_owned())),
            "broken" => Err("x".parse::<i64>().unwrap_err().into()),
            _ => {
                cx.state().messages.lock().unwrap().push(msg.name);
                Ok(())
            }
        }
    }
}

/// `/done/:name`: the target of a form's navigation.
pub mod done {
    use super::*;

    rally::pages!();

    #[page("/done/:name")]
    pub struct Done {
        pub name: String,
    }

    #[derive(Wire)]
    pub struct Model {
        name: String,
    }

    pub enum Msg {}

    impl Page for Model {
        type Route = Done;
        type Msg = Msg;

        fn init(page: Done, _: (), _: &ClientContext) -> Self {
            Self { name: page.name }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { "Thank you, {self.name}." }
            }
        }
    }
}

/// `/bare`: effects that need a browser, and mistakes of an app.
pub mod bare {
    use super::*;

    rally::pages!();

    #[page("/bare")]
    pub struct Bare;

    #[derive(Wire)]
    pub struct Model {
        tries: u32,
    }

    pub enum Msg {
        Go(&'static str, FormValues),
        Ran,
    }

    impl Page for Model {
        type Route = Bare;
        type Msg = Msg;

        fn init(_: Bare, _: (), _: &ClientContext) -> Self {
            Self { tries: 0 }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Go("panic", _) => panic!("the page's secret"),
                Msg::Go("reload", _) => Effect::reload(),
                Msg::Go("chance", _) => {
                    let name = fastrand::u64(..).to_string();
                    Sign { name }.call(|_| Msg::Ran)
                }
                Msg::Go("elsewhere", values) => {
                    Effect::navigate_to(values.text("to"), rally::History::Push)
                }
                Msg::Go(..) => {
                    self.tries += 1;
                    Effect::batch([
                        Effect::task(async { Msg::Ran }),
                        Effect::after(Duration::ZERO, || Msg::Ran),
                        Effect::store("key", None),
                    ])
                }
                Msg::Ran => {
                    self.tries += 100;
                    Effect::none()
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, client: &ClientContext) -> Element {
            let go = |what| dispatch.raw_form(what, move |values| Msg::Go(what, values));
            rsx! {
                p { "{self.tries} at {client.current_path}" }
                for what in ["panic", "reload", "chance", "elsewhere", "effects"] {
                    form { ..go(what) }
                }
            }
        }
    }
}
