//! Effects with a key, effects after a render, and the question before the document is left.

use futures_util::stream;
use rally_core::effect::{Effect, History};
use rally_core::http::{HttpError, HttpRequest};

use crate::pages::{self, Msg, echo, post, take_log};
use crate::world::{World, millis, seconds};

fn note(text: impl ToString) -> Msg {
    Msg::Note(text.to_string())
}

fn after(time: u64, text: &'static str) -> Effect<Msg> {
    Effect::after(seconds(time), move || note(text))
}

#[test]
fn a_debounced_effect_starts_once_no_other_follows() {
    let world = World::start();
    let typed = |text| Effect::debounce("a", seconds(1), Effect::task(async move { note(text) }));
    world.perform(typed("1"));
    world.advance(millis(900));
    world.perform(typed("2"));
    world.advance(millis(999));
    assert_eq!(world.html(), "home: ");
    world.advance(millis(1));
    assert_eq!(world.html(), "home: 2");
}

#[test]
fn a_debounced_call_drops_the_reply_to_the_one_before() {
    let world = World::start();
    let typed = |text| Effect::debounce("a", seconds(1), echo(text));
    world.perform(typed("1"));
    world.advance(seconds(1));
    world.perform(typed("2"));
    world.answer(1, "late");
    world.advance(seconds(1));
    world.answer(2, "now");
    world.check(&["call#1 Echo 1", "call#2 Echo 2"], "home: now");
}

#[test]
fn a_throttled_effect_starts_at_once_and_then_once_in_each_interval() {
    let world = World::start();
    let moved = |text| Effect::throttle("a", seconds(1), Effect::store("at", Some(text)));
    world.perform(moved("1".to_owned()));
    world.perform(moved("2".to_owned()));
    world.perform(moved("3".to_owned()));
    assert_eq!(take_log(), ["store at=1"]);
    world.advance(seconds(1));
    assert_eq!(take_log(), ["store at=3"]);
    world.perform(moved("4".to_owned()));
    world.advance(seconds(1));
    assert_eq!(take_log(), ["store at=4"]);
    world.advance(seconds(9));
    world.perform(moved("5".to_owned()));
    assert_eq!(take_log(), ["store at=5"]);
}

#[test]
fn delayed_effects_end_with_their_page() {
    let world = World::start();
    world.perform(Effect::debounce("a", seconds(1), Effect::store("late", None)));
    world.perform(Effect::throttle("b", seconds(1), Effect::none()));
    world.perform(Effect::throttle("b", seconds(1), Effect::store("late", None)));
    world.visit("/about");
    take_log();
    world.advance(seconds(9));
    world.check(&[], "about: ");
}

#[test]
fn a_delayed_effect_may_end_its_page() {
    let world = World::start();
    let go = Effect::navigate_to("/about", History::Push);
    world.perform(Effect::debounce("a", seconds(1), go));
    world.perform(Effect::debounce("b", seconds(1), Effect::store("late", None)));
    world.advance(seconds(9));
    let log = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&log, "about: ");
}

#[test]
fn keys_of_the_next_page_are_its_own() {
    let world = World::start();
    world.perform(Effect::throttle("a", seconds(1), Effect::none()));
    world.visit("/about");
    world.perform(Effect::throttle("a", seconds(1), Effect::task(async { note("at once") })));
    assert_eq!(world.html(), "about: at once");
}

#[test]
fn cancelled_timers_tasks_and_streams_send_nothing() {
    let world = World::start();
    let effect = Effect::batch([
        after(1, "timer"),
        Effect::every(seconds(1), || note("interval")),
        Effect::stream(stream::pending()),
        Effect::after_render(|| note("rendered")),
    ]);
    world.perform(Effect::batch([
        effect.cancellable("a"),
        after(2, "kept").cancellable("b"),
        Effect::cancel("a"),
        after(3, "later").cancellable("a"),
    ]));
    world.advance(seconds(9));
    assert_eq!(world.html(), "home: kept, later");
}

#[test]
fn a_cancelled_call_sends_no_message_and_its_reply_still_counts() {
    let world = World::start();
    world.perform(Effect::batch([echo("1"), post("2")]).cancellable("a"));
    world.perform(Effect::cancel("a"));
    world.answer(1, "late");
    world.check(&["call#1 Echo 1", "fetch POST /rpc"], "home: ");
    // The server has another build, also if nothing waits for the reply.
    world.perform(echo("3").cancellable("a"));
    world.perform(Effect::cancel("a"));
    take_log();
    world.respond(Err(HttpError("offline".to_owned())));
    world.refuse(2, rally_core::frame::Refusal::Stale);
    world.check(&["reload"], "home: ");
}

#[test]
fn a_cancelled_http_request_is_aborted() {
    let world = World::start();
    let request = Effect::http(HttpRequest::get("/x"), |_| note("answered"));
    world.perform(request.cancellable("a"));
    world.perform(Effect::cancel("a"));
    assert!(world.fake.fetches.borrow()[0].is_canceled());
}

#[test]
fn a_cancelled_navigation_is_given_up_and_another_one_is_not() {
    let world = World::start();
    world.perform(Effect::navigate_to("/items/7", History::Push).cancellable("a"));
    world.perform(Effect::cancel("b"));
    assert_eq!(take_log(), ["enter#1 Item /items/7"]);
    world.perform(Effect::cancel("a"));
    world.answer(1, "late");
    world.check(&["Done"], "home: ");
}

#[test]
fn an_effect_with_two_keys_is_cancelled_by_either() {
    for key in ["inner", "outer"] {
        let world = World::start();
        world.perform(after(1, "late").cancellable("inner").cancellable("outer"));
        let delayed = Effect::debounce("inner", seconds(1), Effect::store("late", None));
        world.perform(delayed.cancellable("outer"));
        world.perform(Effect::cancel(key));
        world.advance(seconds(9));
        world.check(&[], "home: ");
    }
}

#[test]
fn a_future_without_a_message_runs() {
    let world = World::start();
    let (done, is_done) = std::sync::mpsc::channel();
    world.perform(Effect::run(async move { done.send(()).unwrap() }));
    assert_eq!(is_done.try_recv(), Ok(()));
}

#[test]
fn actions_on_elements_follow_the_render() {
    let world = World::start();
    world.perform(Effect::batch([
        Effect::focus("name"),
        Effect::task(async { note("shown") }),
        Effect::show_dialog("confirm"),
        Effect::scroll_into_view("end"),
        Effect::close_dialog("confirm"),
    ]));
    let log = [
        r#"Focus("name")"#,
        r#"ShowDialog("confirm")"#,
        r#"ScrollIntoView("end")"#,
        r#"CloseDialog("confirm")"#,
    ];
    world.check(&log, "home: shown");
    world.perform(Effect::focus("missing"));
    let report = r#"report no element has the id of the effect Focus("missing")"#;
    world.check(&[r#"Focus("missing")"#, report], "home: shown");
}

#[test]
fn a_message_after_the_render_comes_once() {
    let world = World::start();
    world.perform(Effect::after_render(|| note("rendered")));
    assert_eq!(world.html(), "home: rendered");
    world.note("again");
    assert_eq!(world.html(), "home: rendered, again");
}

#[test]
fn actions_on_elements_end_with_their_page() {
    let world = World::start();
    world.perform(Effect::batch([
        Effect::focus("name"),
        Effect::navigate_to("/about", History::Push),
    ]));
    let log = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&log, "about: ");
}

#[test]
fn the_message_of_a_copy_says_whether_it_was_allowed() {
    let world = World::start();
    world.perform(Effect::copy("text", note));
    world.perform(Effect::copy("forbidden", note));
    world.check(&["copy text", "copy forbidden"], "home: true, false");
}

#[test]
fn the_browser_asks_before_it_leaves_a_dirty_page() {
    let world = World::start();
    let asks = || world.fake.asks.take();
    world.note("draft");
    world.note("more");
    assert_eq!(asks(), [true]);
    world.note("saved");
    assert_eq!(asks(), [false]);
    world.note("draft");
    world.visit("/about");
    assert_eq!(asks(), [true, false]);
    // The document stays dirty while another one loads: the visitor may stop the load.
    world.note("draft");
    world.visit("https://example.com/");
    world.note("more");
    assert_eq!(asks(), [true]);
}

#[test]
fn a_page_that_is_saved_and_then_loads_a_document_is_not_asked_about() {
    let world = World::start();
    world.note("draft");
    take_log();
    // Both messages are handled in one loop.
    pages::note("saved");
    world.perform(Effect::navigate_to("https://example.com/", History::Push));
    assert_eq!(take_log(), ["document https://example.com/ Push"]);
}

#[test]
fn the_browser_asks_again_after_the_visitor_has_stayed() {
    let world = World::start();
    let visit = |expected: &str| {
        world.visit("https://example.com/");
        assert_eq!(take_log(), [expected]);
    };
    world.note("draft");
    visit("document https://example.com/ Push if the visitor agrees");
    world.note("saved");
    assert_eq!(world.fake.asks.take(), [true, false]);
    world.note("draft");
    assert_eq!(world.fake.asks.take(), [true]);
    world.note("saved");
    // The document that is loading may be a download, or the visitor may stop it.
    visit("document https://example.com/ Push");
    world.note("draft");
    visit("document https://example.com/ Push if the visitor agrees");
}

#[test]
fn a_reload_that_was_stopped_leaves_the_question() {
    let world = World::start();
    world.note("draft");
    world.perform(Effect::reload());
    world.app.edited();
    world.note("more");
    assert_eq!(world.fake.asks.take(), [true, false, true]);
}

#[test]
fn a_reload_by_an_effect_is_not_asked_about() {
    let world = World::start();
    world.note("draft");
    world.perform(Effect::reload());
    world.note("more");
    assert_eq!(world.fake.asks.take(), [true, false]);
}
