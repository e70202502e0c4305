//! Typed routes of `#[page]`: parsing and writing URLs.

use proptest::prelude::*;
use rally::__private::{Params, Route};
use rally::href;
use rally::prelude::*;

mod item {
    use super::*;

    rally::pages!();

    #[page("/items/:kind/:id")]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Item {
        pub id: i64,
        pub kind: String,
        #[query]
        pub tab: Option<String>,
        #[query]
        pub tag: Vec<String>,
        #[query(default)]
        pub page: u32,
        #[query(default = 10)]
        pub size: u32,
        #[query(default = Some(1))]
        pub level: Option<u32>,
        #[query(default = 1 + 1)]
        pub sum: u32,
        #[query(default = FIRST as u64)]
        pub cast: u64,
        #[query(default = FIRST + 1)]
        pub constant: u32,
    }

    const FIRST: u32 = 3;

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {}

    impl Page for Model {
        type Route = Item;
        type Msg = Msg;

        fn init(_: Item, _: (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {}
        }
    }
}

use item::Item;

fn read(url: &str) -> Option<Item> {
    let pages = rally_core::registry::Pages::new(&[item::Item::PAGE]).unwrap();
    let (_, params): (_, Params) = pages.find(url)?;
    Item::from_params(&params)
}

fn plain(id: i64) -> Item {
    Item {
        id,
        kind: "a".to_owned(),
        tab: None,
        tag: vec![],
        page: 0,
        size: 10,
        level: None,
        sum: 2,
        cast: 3,
        constant: 4,
    }
}

#[test]
fn a_link_contains_every_field_without_its_default() {
    let item = Item {
        kind: "a/b c%\u{e9}".to_owned(),
        tab: Some("x&y=z".to_owned()),
        tag: vec!["one".to_owned(), "+".to_owned()],
        page: 2,
        ..plain(-7)
    };
    let url = "/items/a%2Fb%20c%25%C3%A9/-7?tab=x%26y%3Dz&tag=one&tag=%2B&page=2";
    assert_eq!(href(item.clone()), url);
    assert_eq!(read(url), Some(item));
}

#[test]
fn a_missing_query_value_is_the_default_of_its_field() {
    assert_eq!(read("/items/a/7"), Some(plain(7)));
}

#[test]
fn an_empty_parameter_does_not_lead_to_another_origin() {
    let url = href(Item { kind: String::new(), ..plain(7) });
    assert_eq!(url, "/items//7");
    let mut params = Params::default();
    params.set_path("org", "");
    params.set_path("repo", "evil.example");
    assert_eq!(params.to_url("/:org/:repo"), "/.//evil.example");
}

#[test]
fn an_invalid_query_value_is_the_default_and_an_invalid_segment_is_not_found() {
    assert_eq!(read("/items/a/7?page=x&size=-1"), Some(plain(7)));
    assert_eq!(read("/items/a/7?level=x").unwrap().level, Some(1));
    assert_eq!(read("/items/a/x"), None);
    assert_eq!(read("/items/a/99999999999999999999"), None);
}

proptest! {
    #[test]
    fn every_route_is_parsed_back_from_its_url(
        id: i64,
        kind in "[^\u{0}]{1,12}",
        // A browser sends an empty text for an absent value.
        tab in prop::option::of(".+"),
        tag: Vec<String>,
        page: u32,
        size: u32,
        level in prop::option::of(0_u32..3),
    ) {
        let item = Item { tab, tag, page, size, level, ..plain(id) };
        let item = Item { kind, ..item };
        let url = href(item.clone());
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
        prop_assert_eq!(read(&url), Some(item));
    }

    #[test]
    fn parsing_any_text_does_not_panic(url: String) {
        let _ = read(&url);
        let _ = read(&format!("/items/{url}"));
        let _ = read(&format!("/items/a/1?{url}"));
    }
}
