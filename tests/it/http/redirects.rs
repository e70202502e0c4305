//! Redirects that stay within the app.

use axum::http::StatusCode;
use proptest::prelude::*;
use rally::LocalPath;
use url::Url;

use crate::app::{sets_only_the_session, test_app};

#[tokio::test]
async fn a_redirect_to_a_parameter_stays_within_the_app() {
    let app = test_app();
    for (to, location) in [
        ("/notes/1?tone=3", "/notes/1?tone=3"),
        ("/notes/1%3Ftone=3%26a=%2F%2Fb", "/notes/1?tone=3&a=//b"),
        ("", "/"),
        ("//evil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("%5C%5Cevil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%09/evil.example", "/"),
        ("%09//evil.example", "/"),
        ("/%0A/evil.example", "/"),
        ("/a%0D%0Aset-cookie:+b=c", "/"),
        ("/%00", "/"),
        ("/caf%C3%A9+x", "/caf%C3%A9%20x"),
    ] {
        let response = app.get(&format!("/leave?to={to}")).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{to}");
        assert_eq!(response.headers()["location"], location, "{to}");
        assert!(sets_only_the_session(&response));
    }
}

#[tokio::test]
async fn no_url_of_the_app_redirects_to_another_origin() {
    let app = test_app();
    for url in
        ["//evil.example/", "/%5Cevil.example/", "//evil.example/%2e%2e/", "/.//evil.example/"]
    {
        let response = app.get(url).await;
        assert!(!response.headers().contains_key("location"), "{url}: {:?}", response.headers());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    /// Browsers are the reference: the `url` crate resolves URLs as they do.
    #[test]
    fn a_local_path_stays_on_its_origin_in_every_browser(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("/"), Just("\\"), Just("."), Just(".."), Just("\t"), Just("\n"), Just("\r"),
                Just(" "), Just("\0"), Just("@"), Just(":"), Just("?"), Just("#"), Just("%2f"),
                Just("%5c"), Just("%09"), Just("evil.example"), Just("https:"), Just("javascript:"),
                Just("\u{a0}"), Just("\u{2028}"), Just("\u{feff}"), Just("\u{ff0f}"), Just("\u{85}"),
            ],
            0..8,
        ),
        is_rooted: bool,
    ) {
        let text = format!("{}{}", if is_rooted { "/" } else { "" }, parts.concat());
        let base = Url::parse("https://app.example/a/b?c").unwrap();
        if let Ok(path) = text.parse::<LocalPath>() {
            let url = base.join(path.as_str()).unwrap();
            prop_assert_eq!(url.origin(), base.origin(), "{:?}", text);
            prop_assert!(path.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            // A path that is written and parsed again is the same path.
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }
}
