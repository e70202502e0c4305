//! Layouts in the server's documents.

use rally_core::codec::decode;
use rally_core::flags::Flags;

use crate::app::{flags, site_app, test_app};

const SHELL: &str = "<!DOCTYPE html><html><body><div id=\"app\"></div></body></html>";

/// The page's HTML without the marks of hydration.
async fn shown(url: &str) -> String {
    let answer = site_app(SHELL).get(url).await;
    let text = answer.text();
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
async fn the_nearest_layout_stands_around_a_page_and_no_other() {
    for url in ["/", "/plain", "/titled"] {
        let html = shown(url).await;
        assert!(html.contains("<header class=\"root\""), "{html}");
        assert!(!html.contains("title=\"Admin\""), "{html}");
        let [header, page, footer] = ["<header", "<h1", "<footer"].map(|it| html.find(it).unwrap());
        assert!(header < page && page < footer, "{html}");
    }
    for url in ["/admin", "/admin/users"] {
        let html = shown(url).await;
        assert!(html.contains("title=\"Admin\""), "{html}");
        assert!(!html.contains("<header"), "{html}");
    }
}

#[tokio::test]
async fn a_layout_sees_the_path_and_its_model_travels() {
    let html = shown("/plain").await;
    assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
    let answer = site_app(SHELL).get("/admin/users").await;
    let bytes = flags(&answer);
    let Some(Flags::Page { layout, .. }) = Flags::read(&bytes) else { panic!("no page") };
    assert_eq!(decode::<(u32, String)>(layout).unwrap(), (0, "/admin/users".to_owned()));
}

#[tokio::test]
async fn a_page_without_layout_has_the_model_nil() {
    let answer = test_app().get("/plain").await;
    let bytes = flags(&answer);
    let Some(Flags::Page { layout, .. }) = Flags::read(&bytes) else { panic!("no page") };
    assert_eq!(layout, b"\xc0");
}

/// The same page in another layout is another page to the browser.
#[test]
fn the_layout_and_the_context_are_part_of_a_pages_version() {
    use rally::__private::{NoLayout, PageEntry};
    use site::pages::home_::{Home, Model};
    use site::pages::{admin, layout};

    let prints = [
        PageEntry::of::<Model, Home, layout::Model>("Home"),
        PageEntry::of::<Model, Home, admin::layout::Model>("Home"),
        PageEntry::of::<Model, Home, NoLayout<site::Site>>("Home"),
    ];
    let prints = prints.map(|entry| (entry.fingerprint)());
    assert!(prints[0] != prints[1] && prints[1] != prints[2] && prints[0] != prints[2]);
}
