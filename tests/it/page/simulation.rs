//! A simulated page, with everything that the macros generate.

use std::time::Duration;

use rally::http::{HttpRequest, HttpResponse};
use rally::prelude::*;
use rally::{History, Outcome, Refusal, Simulation};

use crate::app::{Cx, Echo, Fail, Invalid};

mod page {
    use super::*;

    rally::pages!();

    #[page("/simulated/:id", loader)]
    pub struct Simulated {
        pub id: i64,
    }

    #[derive(Default, Wire)]
    pub struct Model {
        pub log: Vec<String>,
    }

    pub enum Msg {
        Mounted,
        Echo(String),
        Echoed(Reply<Echo>),
        Fail,
        Failed(Reply<Fail>),
        Fetch,
        Fetched(rally_core::http::HttpResult),
        Tick,
        Task,
        Stored(Option<String>),
        Leave,
    }

    impl Page for Model {
        type Route = Simulated;
        type Msg = Msg;

        fn init(page: Simulated, name: String, client: &ClientContext) -> Self {
            Self { log: vec![format!("{} {name} {}", page.id, client.current_path)] }
        }

        fn mounted(&self, _: &ClientContext) -> Effect<Msg> {
            Effect::batch([
                Effect::after(Duration::ZERO, || Msg::Mounted),
                Effect::every(Duration::from_secs(1), || Msg::Tick),
                Effect::on_storage("key", Msg::Stored),
            ])
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            let line = match msg {
                Msg::Mounted => "mounted".to_owned(),
                Msg::Echo(text) => return Echo(text).call(Msg::Echoed),
                Msg::Echoed(Err(Failure::Stale)) => return Effect::stay(),
                Msg::Echoed(reply) => format!("{reply:?}"),
                Msg::Fail => return Fail(0).call(Msg::Failed),
                Msg::Failed(Err(Failure::Stale)) => return Effect::reload(),
                Msg::Failed(reply) => format!("{reply:?}"),
                Msg::Fetch => return Effect::http(HttpRequest::get("/api"), Msg::Fetched),
                Msg::Fetched(result) => result.map_or_else(|e| e.to_string(), |r| r.text()),
                Msg::Tick => "tick".to_owned(),
                Msg::Task => return Effect::task(async { Msg::Echo("from a task".to_owned()) }),
                Msg::Stored(value) => format!("{value:?}"),
                Msg::Leave => {
                    let to = Effect::navigate(Simulated { id: 2 });
                    return Effect::batch([Effect::store("key", Some("x".to_owned())), to]);
                }
            };
            self.log.push(line);
            Effect::none()
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                button { onclick: move |_| dispatch(Msg::Fail), "Fail" }
                for line in &self.log {
                    p { "{line}" }
                }
            }
        }
    }

    #[loader(public)]
    async fn load(_: Simulated, _: &Cx) -> Result<String, LoadError> {
        Ok(String::new())
    }
}

use page::{Model, Msg, Simulated};

fn start() -> Simulation<Model> {
    Simulation::start(Simulated { id: 1 }, "Ann".to_owned())
}

#[track_caller]
fn check(page: &Simulation<Model>, last: &str) {
    page.model(|model| assert_eq!(model.log.last().map(|line| &**line), Some(last)));
}

#[test]
fn a_simulation_starts_as_after_a_navigation_and_renders_html() {
    let page = start();
    assert_eq!(page.html(), "<button>Fail</button><p>1 Ann /simulated/1</p>");
}

#[test]
fn calls_are_pending_until_the_test_answers_them() {
    let mut page = start();
    page.send(Msg::Echo("one".to_owned()));
    page.send(Msg::Fail);
    assert_eq!(page.pending(), ["it::app::Echo", "it::app::Fail"]);
    page.answer::<Fail>(Err(Invalid { field: "name".to_owned() }));
    check(&page, "Err(App(Invalid { field: \"name\" }))");
    let Echo(text) = page.answer(Ok("two".to_owned()));
    assert_eq!(text, "one");
    check(&page, "Ok(\"two\")");
}

#[test]
fn a_call_can_end_without_a_reply() {
    let mut page = start();
    page.send(Msg::Echo(String::new()));
    page.finish::<Echo>(Outcome::Offline);
    check(&page, "Err(Offline)");
}

#[test]
#[should_panic(expected = "no call `it::app::Echo` is pending; pending calls: [\"it::app::Fail\"]")]
fn answering_a_call_that_is_not_pending_panics_with_the_pending_calls() {
    let mut page = start();
    page.send(Msg::Fail);
    let _: Echo = page.answer(Ok(String::new()));
}

#[test]
fn time_passes_only_when_the_test_advances_it() {
    let mut page = start();
    page.advance(Duration::from_millis(999));
    check(&page, "mounted");
    page.advance(Duration::from_millis(2001));
    page.model(|model| assert_eq!(model.log[1..], ["mounted", "tick", "tick", "tick"]));
}

#[test]
fn tasks_storage_and_requests_reach_update() {
    let mut page = start();
    page.send(Msg::Task);
    let Echo(text) = page.answer(Ok(String::new()));
    assert_eq!(text, "from a task");
    page.storage("other", Some("x"));
    page.storage("key", Some("x"));
    check(&page, "Some(\"x\")");
    page.send(Msg::Fetch);
    let request = page.answer_http(Ok(HttpResponse::new(404, "gone")));
    assert_eq!(request.url, "/api");
    check(&page, "gone");
}

#[test]
fn storage_and_navigations_are_recorded() {
    let mut page = start();
    page.send(Msg::Leave);
    assert_eq!(page.storage_writes(), [("key".to_owned(), Some("x".to_owned()))]);
    let to = page.navigation().unwrap();
    assert_eq!((&*to.url, to.history), ("/simulated/2", History::Push));
    assert_eq!(page.navigation(), None);
}

#[test]
fn the_decision_of_a_page_about_a_stale_call_is_recorded() {
    let mut page = start();
    page.send(Msg::Echo(String::new()));
    page.send(Msg::Fail);
    assert!(!page.stays() && !page.reloads());
    page.finish::<Echo>(Outcome::Refused(Refusal::Stale));
    assert!(page.stays() && !page.reloads());
    page.finish::<Fail>(Outcome::Refused(Refusal::Unknown));
    assert!(page.reloads());
}
