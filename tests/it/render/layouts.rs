//! Layouts in the documents of the server.

use rally_core::codec::decode;
use rally_core::flags::Flags;

use crate::app::{flags, site_app, test_app};

const SHELL: &str = "<!DOCTYPE html><html><body><div id=\"app\"></div></body></html>";

/// The HTML of a page, without comments and hydration attributes.
async fn page_html(url: &str) -> String {
    let response = site_app(SHELL).get(url).await;
    let text = response.text();
    let (_, rest) = text.split_once("<div id=\"app\">").unwrap();
    let mut html = String::new();
    for part in rest.split("<script type=").next().unwrap().split('<') {
        if !part.starts_with("!--") {
            html.push('<');
        }
        let part = part.strip_prefix("!--").map_or(part, |it| it.split_once('>').unwrap().1);
        html.push_str(&part.replace(" data-node-hydration", "\0"));
    }
    html
}

#[tokio::test]
async fn a_page_is_rendered_in_its_nearest_layout_only() {
    for url in ["/", "/plain", "/titled"] {
        let html = page_html(url).await;
        assert!(html.contains("<header class=\"root\""), "{html}");
        assert!(!html.contains("title=\"Admin\""), "{html}");
        let [header, page, footer] = ["<header", "<h1", "<footer"].map(|it| html.find(it).unwrap());
        assert!(header < page && page < footer, "{html}");
    }
    for url in ["/admin", "/admin/users"] {
        let html = page_html(url).await;
        assert!(html.contains("title=\"Admin\""), "{html}");
        assert!(!html.contains("<header"), "{html}");
    }
}

#[tokio::test]
async fn a_layout_sees_the_path_and_its_model_is_embedded() {
    let html = page_html("/plain").await;
    assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
    let response = site_app(SHELL).get("/admin/users").await;
    let bytes = flags(&response);
    let Some(Flags::Page { layout, .. }) = Flags::read(&bytes) else {
        panic!("the flags are not a page's")
    };
    assert_eq!(decode::<(u32, String)>(layout).unwrap(), (0, "/admin/users".to_owned()));
}

#[tokio::test]
async fn a_page_without_a_layout_has_nil_as_the_layouts_model() {
    let response = test_app().get("/plain").await;
    let bytes = flags(&response);
    let Some(Flags::Page { layout, .. }) = Flags::read(&bytes) else {
        panic!("the flags are not a page's")
    };
    assert_eq!(layout, b"\xc0");
}

/// A page in another layout has another fingerprint, so a stale browser loads
/// its document.
#[test]
fn the_layout_and_the_context_are_part_of_a_pages_fingerprint() {
    use rally::__private::{NoLayout, PageEntry};
    use site::pages::home_::{Home, Model};
    use site::pages::{admin, layout};

    let fingerprints = [
        PageEntry::of::<Model, Home, layout::Model>("Home"),
        PageEntry::of::<Model, Home, admin::layout::Model>("Home"),
        PageEntry::of::<Model, Home, NoLayout<site::Site>>("Home"),
    ];
    let fingerprints = fingerprints.map(|entry| (entry.fingerprint)());
    assert!(
        fingerprints[0] != fingerprints[1]
            && fingerprints[1] != fingerprints[2]
            && fingerprints[0] != fingerprints[2]
    );
}
