//! Random views and random changes.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;
use rally::prelude::*;
use rally_core::view::{Ops, Tree};

use super::document::Document;
use super::parts::{Part, view};
use super::{NO_LAYOUT, Shown, check_text, fresh, without_comments};
use rally_core::html;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ab]{1,2}", "[<&\"'>é😀 \\n-]{1,4}"]
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        Just(Part::Nothing),
        text().prop_map(Part::Text),
        prop::collection::vec(text(), 0..3).prop_map(Part::Texts),
        prop::collection::vec((0..5_u8, text(), any::<bool>()), 0..5).prop_map(Part::Rows),
        prop::collection::vec(prop::collection::vec(text(), 0..3), 0..3).prop_map(Part::Table),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Part::Svg),
        text().prop_map(Part::Textarea),
        (text(), any::<bool>()).prop_map(|(text, open)| Part::Title(text, open)),
        prop::collection::vec((any::<bool>(), text()), 0..4).prop_map(Part::Spread),
        any::<u8>().prop_map(Part::Html),
        any::<u8>().prop_map(Part::Formula),
        (text(), any::<bool>()).prop_map(|(text, on)| Part::Fields(text, on)),
        text().prop_map(Part::Memo),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 0..4);
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (prop::option::of(text()), any::<bool>(), text(), parts()).prop_map(
                |(class, hidden, title, parts)| Part::Element { class, hidden, title, parts }
            ),
            parts().prop_map(Part::Fragment),
            (text(), parts(), text()).prop_map(|(a, parts, b)| Part::Mixed(a, parts, b)),
            (any::<bool>(), boxed(), boxed()).prop_map(|(c, a, b)| Part::Choice(c, a, b)),
            prop::collection::vec((0..6_u8, inner.clone()), 0..5).prop_map(Part::Keyed),
            (text(), parts()).prop_map(|(title, parts)| Part::Card(title, parts)),
            boxed().prop_map(Part::Early),
        ]
    })
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec(part(), 0..4)
}

proptest! {
    #[test]
    fn any_change_shows_the_same_as_a_fresh_render(states in prop::collection::vec(parts(), 2..5)) {
        let mut document = Document::new("");
        let mut tree = Tree::new(0);
        for state in &states {
            let mut ops = Ops::default();
            tree.update(view(state), &mut ops);
            document.apply(&ops);
            prop_assert_eq!(document.html(), fresh(&|| view(state)).html());
        }
        let mut ops = Ops::default();
        tree.update(view(states.last().unwrap()), &mut ops);
        prop_assert!(ops.is_empty(), "an equal view changes nothing");
    }

    #[test]
    fn any_view_is_hydrated_and_then_changed(before in parts(), after in parts()) {
        let state = Rc::new(RefCell::new(before));
        let shown = state.clone();
        let page = Shown::hydrate(
            |content| rsx! { header { "x" } {content} footer { "y" } },
            move || view(&shown.borrow()),
        );
        state.replace(after.clone());
        page.redraw();
        let expected = fresh(&|| rsx! { header { "x" } {view(&after)} footer { "y" } });
        prop_assert_eq!(page.html(), expected.html());
    }

    #[test]
    fn text_is_the_same_when_the_view_is_built_first(parts in parts()) {
        let built = html::of_element(|| view(&parts)).unwrap();
        let page = super::page_of(move || view(&parts));
        let layout = Rc::new(super::TestLayout(NO_LAYOUT));
        let written = html::for_hydration(layout, page).unwrap();
        prop_assert_eq!(without_comments(&written), built);
    }
}

#[test]
fn texts_next_to_each_other_are_hydrated() {
    let texts = || Part::Texts(vec!["a".into(), String::new(), "b".into()]);
    check_text(|| rsx! { "x" {Some("y")} "z" }, "xyz");
    let _ = Shown::hydrate(NO_LAYOUT, move || {
        view(&[texts(), Part::Text(String::new()), texts(), Part::Text("c".into())])
    });
}
