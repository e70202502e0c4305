//! The counter's page, without a browser.

use counter::pages::counters::id_::{Counter, Gone, Model, Msg, Save};
use rally::{Outcome, Simulation};

fn start() -> Simulation<Model> {
    Simulation::start(Counter { id: 1 }, 41)
}

#[test]
fn counting_is_local_and_saving_calls_the_server() {
    let mut page = start();
    page.send(Msg::Add(1));
    assert!(page.html().contains("<output>42</output>"));
    assert!(page.pending().is_empty());

    page.send(Msg::Save);
    let call: Save = page.answer(Ok(42));
    assert_eq!((call.id, call.value), (1, 42));
    assert!(page.html().contains("Saved 42."));
}

#[test]
fn a_failure_is_shown_and_keeps_the_value() {
    let mut page = start();
    page.send(Msg::Save);
    page.answer::<Save>(Err(Gone));
    assert!(page.html().contains("This counter is gone."));

    page.send(Msg::Save);
    page.finish::<Save>(Outcome::Offline);
    assert!(page.html().contains("The connection to the server was lost. Try again."));
    assert!(page.html().contains("<output>41</output>"));
}
