//! Effects with a key, after a render and on the URL: in a simulation, and for a posted form.

use std::sync::Arc;
use std::time::Duration;

use rally::prelude::*;
use rally::testing::{Response, TestApp};
use rally::{Outcome, Simulation};
use rally_core::effect::ElementAction;

use crate::app::{Cx, State};

mod page {
    use super::*;

    rally::pages!();

    #[page("/effects")]
    pub struct Effects {
        #[query]
        pub tab: Option<String>,
    }

    #[derive(Wire)]
    pub struct Model {
        pub tab: Option<String>,
        pub log: Vec<String>,
    }

    pub enum Msg {
        /// Performs an effect, also for a posted form, which has only its name.
        Do(fn() -> Effect<Msg>),
        Note(&'static str),
        Copied(bool),
        Said(Reply<Say>),
        UrlChanged(Effects, ()),
    }

    /// Records the text, and returns it. The text `fail` is refused.
    #[derive(Debug, Wire)]
    pub struct Say(pub String);

    #[server(public)]
    async fn say(msg: Say, cx: &Cx) -> Result<String, String> {
        cx.state().messages.lock().unwrap().push(msg.0.clone());
        if msg.0 == "fail" { Err(msg.0) } else { Ok(msg.0) }
    }

    impl Page for Model {
        type Route = Effects;
        type Msg = Msg;

        fn init(page: Effects, (): (), _: &ClientContext) -> Self {
            Self { tab: page.tab, log: Vec::new() }
        }

        fn on_url() -> Option<OnUrl<Self>> {
            Some(Msg::UrlChanged)
        }

        fn update(&mut self, msg: Msg, client: &ClientContext) -> Effect<Msg> {
            let line = match msg {
                Msg::Do(effect) => return effect(),
                Msg::Note(text) => text.to_owned(),
                Msg::Copied(copied) => format!("copied {copied}"),
                Msg::Said(reply) => format!("{reply:?}"),
                Msg::UrlChanged(page, ()) => {
                    self.tab = page.tab;
                    client.current_path.clone()
                }
            };
            self.log.push(line);
            Effect::none()
        }

        fn view(&self, dispatch: Dispatch<Msg>, client: &ClientContext) -> Element {
            rsx! {
                p { "{client.current_path}: {self.log:?}" }
                for (name, effect) in FORMS {
                    form { ..dispatch.raw_form(*name, |_| Msg::Do(*effect)) }
                }
            }
        }
    }
}

use page::{Effects, Model, Msg, Say};

type Form = (&'static str, fn() -> Effect<Msg>);

const FORMS: &[Form] = &[
    ("set-url", || Effect::set_url(tab("b"), History::Replace)),
    ("set-url-and-fail", || {
        Effect::batch([Effect::set_url(tab("b"), History::Replace), say("fail")])
    }),
    ("cancelled-call", || {
        Effect::batch([say("one").cancellable("a"), Effect::cancel("a"), say("two")])
    }),
    ("throttled-call", || Effect::throttle("a", SECOND, say("now"))),
    ("ignored", || {
        Effect::batch([
            Effect::debounce("a", SECOND, say("late")),
            Effect::after_render(|| Msg::Note("rendered")),
            Effect::focus("name"),
            Effect::copy("text", Msg::Copied),
            Effect::run(async {}),
        ])
    }),
];

const SECOND: Duration = Duration::from_secs(1);

fn tab(name: &str) -> Effects {
    Effects { tab: Some(name.to_owned()) }
}

fn say(text: &str) -> Effect<Msg> {
    Say(text.to_owned()).call(Msg::Said)
}

fn start() -> Simulation<Model> {
    Simulation::start(tab("a"), ())
}

#[track_caller]
fn check(page: &Simulation<Model>, log: &[&str]) {
    page.model(|model| assert_eq!(model.log, log));
}

#[test]
fn a_simulation_debounces_and_throttles() {
    let mut page = start();
    for _ in 0..3 {
        page.send(Msg::Do(|| Effect::debounce("a", SECOND, say("last"))));
        page.advance(SECOND / 2);
    }
    assert!(page.pending().is_empty());
    page.advance(SECOND / 2);
    page.answer::<Say>(Ok("once".to_owned()));
    check(&page, &["Ok(\"once\")"]);
    for _ in 0..3 {
        page.send(Msg::Do(|| Effect::throttle("b", SECOND, say("first and last"))));
    }
    assert_eq!(page.pending().len(), 1);
    page.advance(SECOND);
    assert_eq!(page.pending().len(), 2);
    page.advance(SECOND * 9);
    assert_eq!(page.pending().len(), 2);
}

#[test]
fn a_simulation_cancels_by_key() {
    let mut page = start();
    page.send(Msg::Do(|| {
        let timer = Effect::after(SECOND, || Msg::Note("late"));
        let delayed = Effect::debounce("b", SECOND, say("late"));
        Effect::batch([timer, say("late"), delayed]).cancellable("a")
    }));
    assert_eq!(page.pending().len(), 1);
    page.send(Msg::Do(|| Effect::cancel("a")));
    page.advance(SECOND * 9);
    assert!(page.pending().is_empty());
    check(&page, &[]);
}

#[test]
fn a_simulation_records_what_needs_a_document() {
    let mut page = start();
    page.send(Msg::Do(|| {
        Effect::batch([
            Effect::focus("name"),
            Effect::show_dialog("sure"),
            Effect::after_render(|| Msg::Note("rendered")),
            Effect::task(async { Msg::Note("task") }),
            Effect::copy("text", Msg::Copied),
        ])
    }));
    assert_eq!(page.element_action(), Some(ElementAction::Focus("name".to_owned())));
    assert_eq!(page.element_action(), Some(ElementAction::ShowDialog("sure".to_owned())));
    assert_eq!(page.element_action(), None);
    assert_eq!(page.answer_copy(false), "text");
    check(&page, &["rendered", "task", "copied false"]);
}

#[test]
fn a_simulation_changes_the_url_of_its_page() {
    let mut page = start();
    page.send(Msg::Do(|| Effect::set_url(tab("b"), History::Push)));
    let url = page.set_url().unwrap();
    assert_eq!((&*url.url, url.history), ("/effects?tab=b", History::Push));
    page.context(|client| assert_eq!(client.current_path, "/effects?tab=b"));
    check(&page, &[]);
    page.change_url(tab("c"), ());
    check(&page, &["/effects?tab=c"]);
    page.model(|model| assert_eq!(model.tab.as_deref(), Some("c")));
    page.send(Msg::Do(|| Effect::replace(tab("d"))));
    assert_eq!(page.navigation().unwrap().history, History::Replace);
}

#[test]
fn a_cancelled_call_is_not_pending_in_a_simulation() {
    let mut page = start();
    page.send(Msg::Do(|| say("kept")));
    page.send(Msg::Do(|| say("cancelled").cancellable("a")));
    page.send(Msg::Do(|| Effect::cancel("a")));
    let Say(text) = page.finish(Outcome::Offline);
    assert_eq!(text, "kept");
    assert!(page.pending().is_empty());
}

async fn post(form: &str) -> (Response, Vec<String>) {
    let state = Arc::new(State::default());
    let app = TestApp::new(crate::app::app(state.clone()), &[page::Effects::PAGE]);
    let response = app.post_form(&format!("/effects?tab=a&/{form}"), &[]).await;
    let calls = state.messages.lock().unwrap().clone();
    (response, calls)
}

#[tokio::test]
async fn a_posted_form_redirects_to_the_url_that_the_page_sets_if_every_call_succeeds() {
    let (response, _) = post("set-url").await;
    assert_eq!((response.status().as_u16(), response.location()), (303, Some("/effects?tab=b")));
    let (response, _) = post("set-url-and-fail").await;
    assert_eq!(response.status(), 422);
    assert!(response.html().contains("/effects?tab=a: "), "{}", response.html());
}

#[tokio::test]
async fn a_posted_form_makes_calls_with_a_key_and_drops_the_messages_of_cancelled_ones() {
    let (response, calls) = post("throttled-call").await;
    assert_eq!((response.status().as_u16(), calls.len()), (303, 1));
    let (response, calls) = post("cancelled-call").await;
    assert_eq!((response.status().as_u16(), calls.len()), (303, 2));
}

#[tokio::test]
async fn a_posted_form_ignores_effects_that_wait_or_need_a_document() {
    let (response, calls) = post("ignored").await;
    assert_eq!((response.status().as_u16(), calls.len()), (422, 0));
    assert!(response.html().contains("/effects?tab=a: []"), "{}", response.html());
}
