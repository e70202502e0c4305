//! Responses to a posted form, for each outcome of `update`.

use rally::testing::Multipart;
use rally::{FormValues, Simulation};

use super::guests::{self, Guests, Sign};
use super::{app, assert_redirect, messages, send_whole};

#[tokio::test]
async fn a_form_has_an_action_and_a_method_for_browsers_without_script() {
    let html = app().0.get("/guests?page=1").await.html();
    assert!(html.contains("<form action=\"?page=1&amp;/sign\" method=\"post\">"), "{html}");
    let files =
        "<form action=\"?page=1&amp;/photo\" method=\"post\" enctype=\"multipart/form-data\">";
    assert!(html.contains(files), "{html}");
    let html = app().0.get("/bare").await.html();
    assert!(html.contains("<form action=\"?/panic\" method=\"post\">"), "{html}");
}

#[tokio::test]
async fn a_successful_post_redirects_to_the_page() {
    let (app, state) = app();
    let response = app.post_form("/guests?page=0&/sign", &[("name", " Ada ")]).await;
    assert_redirect(&response, "/guests?page=0");
    assert_eq!(messages(&state), ["Ada"]);
    let html = app.post_form("/guests?/sign", &[("name", "Bob")]).follow().await.html();
    assert!(html.contains("<li>Ada</li><li>Bob</li>"), "{html}");
}

/// Browsers escape such a URL, and hyper accepts it.
#[tokio::test]
async fn a_url_that_is_not_ascii_is_escaped_in_the_redirect() {
    let (app, _) = app();
    let url = "/guests?page=0&\u{fc}&/sign";
    let form = "application/x-www-form-urlencoded";
    let response = send_whole(app.connect(), url, form, b"name=Ada").await;
    assert!(response.contains("\r\nlocation: /guests?page=0&%C3%BC\r\n"), "{response}");
}

#[tokio::test]
async fn a_navigation_after_success_is_a_redirect() {
    let (app, _) = app();
    let response = app.post_form("/guests?/sign", &[("name", "Ada"), ("then", "on")]).await;
    assert_redirect(&response, "/done/Ada");
}

#[tokio::test]
async fn a_form_that_update_refuses_is_shown_with_its_values() {
    let (app, state) = app();
    let values = [("name", " "), ("text", "<b>\r\n\"long\""), ("then", "on")];
    let response = app.post_form("/guests?/sign", &values).await;
    assert_eq!(response.status(), 422);
    let html = response.html();
    assert!(html.contains("<p role=\"alert\">A name is needed.</p>"), "{html}");
    assert!(html.contains("&lt;b&gt;\n&#34;long&#34;</textarea>"), "{html}");
    assert!(html.contains("checked"), "{html}");
    assert!(response.text().contains("rally-flags"), "the browser can hydrate the page");
    assert!(messages(&state).is_empty());
}

#[tokio::test]
async fn a_call_that_fails_shows_the_form_with_its_values() {
    let (app, _) = app();
    let response = app.post_form("/guests?/sign", &[("name", "banned")]).await;
    assert_eq!(response.status(), 422);
    let html = response.html();
    assert!(html.contains("Not you.") && html.contains("value=\"banned\""), "{html}");
    let response = app.post_form("/guests?/sign", &[("name", "broken")]).await;
    let html = response.html();
    assert_eq!(response.status(), 422);
    assert!(html.contains("Something went wrong on the server (reference "), "{html}");
    assert!(!html.contains("invalid digit"), "the error text must stay in the log");
}

#[tokio::test]
async fn multipart_and_urlencoded_bodies_have_the_same_result() {
    let (app, state) = app();
    let form = Multipart::new().text("name", "Ada").text("text", "a\r\nb");
    assert_redirect(&app.post_multipart("/guests?/sign", form).await, "/guests");
    assert_eq!(messages(&state), ["Ada"]);
    let form = Multipart::new().text("name", "").text("text", "a\r\nb");
    let html = app.post_multipart("/guests?/sign", form).await.html();
    assert!(html.contains("a\nb</textarea>"), "{html}");
}

#[tokio::test]
async fn two_forms_of_a_page_are_distinguished_by_their_names() {
    let (app, state) = app();
    let response = app.post_form("/guests?/count", &[("times", "2"), ("name", "Ada")]).await;
    assert_redirect(&response, "/guests");
    assert_eq!(messages(&state), ["guest 2", "guest 1", "guest 0"]);
    let response = app.post_form("/guests?/count", &[("times", "x")]).await;
    assert!(response.html().contains("invalid digit found in string"));
}

#[tokio::test]
async fn an_unknown_form_leads_to_the_page_and_an_unknown_page_is_not_found() {
    let (app, state) = app();
    for url in ["/guests?/nothing", "/guests?/", "/done/x?/sign"] {
        let response = app.post_form(url, &[]).await;
        assert_redirect(&response, url.split('?').next().unwrap());
        assert!(!format!("{response:?}").contains("__rally_flash"), "nothing was filled in");
    }
    assert!(messages(&state).is_empty());
    for url in ["/nowhere?/sign", "//x?/sign"] {
        assert_eq!(app.post_form(url, &[]).await.status(), 404, "{url}");
    }
}

#[tokio::test]
async fn two_forms_with_one_name_are_an_internal_error() {
    assert_eq!(app().0.post_form("/guests?/twice", &[]).await.status(), 500);
}

#[tokio::test]
async fn calls_beyond_the_maximum_of_a_form_are_an_internal_error() {
    let (app, state) = app();
    assert_redirect(&app.post_form("/guests?/count", &[("times", "15")]).await, "/guests");
    assert_eq!(messages(&state).len(), 16);
    let response = app.post_form("/guests?/count", &[("times", "16")]).await;
    assert_eq!(response.status(), 500);
    assert_eq!(messages(&state).len(), 32);
}

#[tokio::test]
async fn a_loader_that_refuses_the_page_prevents_update() {
    let (app, state) = app();
    let post = async |page: u8| {
        app.post_form(&format!("/guests?page={page}&/sign"), &[("name", "Ada")]).await
    };
    assert_eq!(post(2).await.status(), 403);
    assert_redirect(&post(3).await, "/guests?page=1");
    assert_eq!(post(4).await.status(), 404);
    assert!(messages(&state).is_empty());
}

#[tokio::test]
async fn effects_that_need_a_browser_are_ignored() {
    let (app, _) = app();
    let response = app.post_form("/bare?/effects", &[]).await;
    assert_eq!(response.status(), 422);
    assert!(response.html().contains("<p>1 at /bare</p>"), "{}", response.html());
    assert_redirect(&app.post_form("/bare?a=b&/reload", &[]).await, "/bare?a=b");
}

#[tokio::test]
async fn an_update_that_panics_or_is_not_deterministic_is_an_internal_error() {
    let (app, state) = app();
    for form in ["panic", "chance"] {
        let response = app.post_form(&format!("/bare?/{form}"), &[]).await;
        assert_eq!(response.status(), 500);
        assert!(!response.text().contains("secret"));
    }
    assert_eq!(messages(&state).len(), 1, "the call was made more than once");
}

#[tokio::test]
async fn a_navigation_cannot_inject_a_header() {
    let (app, _) = app();
    let go = async |to: &str| app.post_form("/bare?/elsewhere", &[("to", to)]).await;
    assert_redirect(&go("https://pay.example/?x=1").await, "https://pay.example/?x=1");
    assert_eq!(go("/a\nset-cookie: b=c").await.status(), 500);
}

#[tokio::test]
async fn a_form_posted_by_another_site_is_refused() {
    let (app, state) = app();
    let post = || app.post_form("/guests?/sign", &[("name", "Ada")]);
    for origin in ["https://evil.example", "null"] {
        assert_eq!(post().header("origin", origin).await.status(), 403);
    }
    assert!(messages(&state).is_empty());
}

#[tokio::test]
async fn a_post_without_a_form_is_not_allowed() {
    let (app, _) = app();
    for url in ["/guests", "/guests?page=1", "/guests?page=/sign"] {
        let response = app.post_form(url, &[]).await;
        assert_eq!(
            (response.status().as_u16(), response.header("allow")),
            (405, Some("GET, HEAD"))
        );
    }
}

#[tokio::test]
async fn reloading_the_url_of_a_posted_form_redirects_to_the_page() {
    let (app, _) = app();
    assert_redirect(&app.get("/guests?page=1&/sign").await, "/guests?page=1");
    assert_eq!(app.get("//evil.example?/sign").await.location(), None);
}

/// In the browser the same `update` runs.
#[test]
fn a_form_is_submitted_in_a_simulation() {
    let mut page = Simulation::<guests::Model>::start(Guests { page: 1 }, Vec::new());
    page.submit_raw("sign", [("name", "")]);
    assert!(page.html().contains("A name is needed."));
    page.submit_raw("sign", [("name", "Ada"), ("then", "on")]);
    assert_eq!(page.answer::<Sign>(Ok(())), Sign { name: "Ada".to_owned() });
    assert_eq!(page.navigation().unwrap().url, "/done/Ada");
}

#[test]
#[should_panic(expected = "`nothing` cannot be submitted: the page has no form of this name")]
fn submitting_an_unknown_form_panics() {
    Simulation::<guests::Model>::start(Guests { page: 1 }, Vec::new())
        .submit_raw("nothing", FormValues::new());
}
