//! Tests of the expansion.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::common::pretty;

/// Formats an expansion.
fn expanded(input: TokenStream) -> String {
    let body = expand(input);
    pretty(quote!(fn view() -> Element #body))
}

#[test]
fn an_element_with_attributes_and_text() {
    insta::assert_snapshot!(expanded(quote! {
        a { class: "link", class: if here { "here" }, href: "/{id}", title, onclick: move |_| go(), "To {name:?}" }
    }));
}

#[test]
fn a_list_with_keys() {
    insta::assert_snapshot!(expanded(quote! {
        ul {
            for item in items {
                li { key: "{item.id}", "{item.name}" }
            }
        }
    }));
}

#[test]
fn a_part_of_an_item_cannot_leave_the_loop() {
    let is_refused = |body: TokenStream| {
        let input = quote!(for item in items { #body });
        expand(input).to_string().contains("cannot leave the loop")
    };
    assert!(is_refused(quote!(h3 { "title" } { if item.hidden { continue; } item.text })));
    assert!(is_refused(quote!(p { match item { Some(item) => item, None => break } })));
    assert!(is_refused(quote!(p { if true { {continue} } })));
    // No view of the item has begun, or the jump stays in the expression.
    assert!(!is_refused(quote!(match item {
        Some(item) => item,
        None => continue,
    })));
    assert!(!is_refused(quote!(p { { for part in item { if part { break } } "text" } })));
    assert!(!is_refused(quote!(p { { 'a: { if item { break 'a 1 } 2 } } })));
}

#[test]
fn an_iframe_has_no_children() {
    let expansion = expand(quote!(iframe { src: "/a", "text" })).to_string();
    assert!(expansion.contains("content of an `iframe`"));
}

#[test]
fn the_elements_around_a_condition_decide_about_its_namespace() {
    let expansion = expand(quote!(svg { if open { div { "text" } } })).to_string();
    assert!(expansion.contains("cannot be in an `svg`"));
    let expansion =
        expand(quote!(svg { foreignObject { if open { div { "text" } } } })).to_string();
    assert!(!expansion.contains("cannot be in an `svg`"));
}
