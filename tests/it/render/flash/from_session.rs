//! The language and theme that `from_session` chooses, and the refresh of the client context.

use super::*;

/// Sets language and theme by the name of the account, and adds an item for each run.
async fn visit(mut visit: Visit<Arc<State>, Account>) -> Result<(Shop, Arc<Arc<State>>)> {
    match visit.identity.as_ref().map_or("", |account| &account.name) {
        "nora" => {
            visit.set_lang("nb-NO");
            visit.set_dark_mode(Some(true));
            assert_eq!((&*visit.browser.lang, visit.browser.dark_mode), ("nb", true));
        }
        "lucy" => {
            visit.set_lang("<b>");
            visit.set_dark_mode(Some(false));
        }
        "sam" => visit.set_dark_mode(None),
        // An account that has stored no theme: see the example of `Visit::set_lang`.
        "olga" => {
            let stored: Option<bool> = None;
            if let Some(dark) = stored {
                visit.set_dark_mode(Some(dark));
            }
        }
        "dora" => return Ok((Shop::default(), visit.state)),
        _ => {}
    }
    let Visit { browser, state, .. } = visit;
    let runs = {
        let mut messages = state.messages.lock().unwrap();
        messages.push("run".to_owned());
        messages.len()
    };
    let ClientContext { current_path, lang, dark_mode, .. } = &browser;
    let items = vec![format!("run {runs}"), format!("{current_path} {lang} {dark_mode}")];
    Ok((Shop { browser, items }, state))
}

fn with_session() -> TestApp {
    TestApp::new(app(Arc::default()).from_session(visit), [Client::new(&PAGES)])
}

#[tokio::test]
async fn from_session_sets_language_and_theme_of_document_and_context() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    for _ in 0..2 {
        let response = app.get("/cart").header("accept-language", "fr").await;
        assert!(response.text().contains("<html lang=\"nb\" data-theme=\"dark\">"));
        let bytes = flags(&response);
        let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
        let browser = codec::decode::<Shop>(context).unwrap().browser;
        assert_eq!((&*browser.lang, browser.dark_mode), ("nb", true));
        // The browser reads the cookies when it has hydrated the document.
        assert_eq!(app.cookie("__rally_lang").as_deref(), Some("nb"));
        assert_eq!(app.cookie("__rally_dark_mode").as_deref(), Some("1"));
    }
}

/// The language and theme of a document, and the cookies that it sets.
async fn preferences(app: &TestApp) -> (String, Vec<String>) {
    let response = app.get("/cart").header("accept-language", "fr").await;
    let text = response.text();
    let (_, html) = text.split_once("<html").unwrap();
    let (html, _) = html.split_once('>').unwrap();
    let cookies = response.cookies().into_iter().map(|cookie| cookie.to_owned());
    let cookies = cookies.filter(|cookie| cookie.starts_with("__rally")).collect();
    (html.trim().to_owned(), cookies)
}

#[tokio::test]
async fn a_choice_of_from_session_is_stored_once() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!((&*html, cookies.len()), ("lang=\"nb\" data-theme=\"dark\"", 2));
    assert_eq!(preferences(&app).await, (html, Vec::new()));
}

#[tokio::test]
async fn from_session_can_choose_the_light_theme_or_that_of_the_system() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("lucy".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!(html, "lang=\"fr\" data-theme=\"light\"");
    assert!(cookies[0].starts_with("__rally_dark_mode=0;"), "{cookies:?}");
    app.call(crate::auth::site::SignIn("sam".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!(html, "lang=\"fr\"");
    assert!(cookies[0].starts_with("__rally_dark_mode=;"), "{cookies:?}");
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

/// Only a document stores the choice: the answer of a call has no cookie for it.
#[tokio::test]
async fn a_call_and_a_socket_do_not_store_the_choice_of_from_session() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    app.call(crate::auth::site::Who).await.unwrap();
    let mut socket = app.socket().await;
    let page = page::Cart::PAGE;
    let fresh = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
    assert_eq!(fresh.items[1], " nb true", "the context of the socket has it");
    assert_eq!(app.cookie("__rally_lang"), None);
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

#[tokio::test]
async fn a_theme_that_the_visitor_chooses_stays_if_the_account_has_stored_none() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("olga".to_owned())).await.unwrap();
    app.set_cookie("__rally_dark_mode", "1");
    for _ in 0..2 {
        let expected = ("lang=\"fr\" data-theme=\"dark\"".to_owned(), Vec::new());
        assert_eq!(preferences(&app).await, expected);
    }
}

#[tokio::test]
async fn a_default_context_keeps_the_preferences_of_the_visitor() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("dora".to_owned())).await.unwrap();
    app.set_cookie("__rally_dark_mode", "1");
    app.set_cookie("__rally_lang", "de");
    let expected = ("lang=\"de\" data-theme=\"dark\"".to_owned(), Vec::new());
    assert_eq!(preferences(&app).await, expected);
    let bytes = flags(&app.get("/cart").await);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
    let browser = codec::decode::<Shop>(context).unwrap().browser;
    assert_eq!((&*browser.lang, browser.dark_mode), ("de", true));
}

#[tokio::test]
async fn a_from_session_that_returns_the_browsers_preferences_sets_no_cookie() {
    let app = with_session();
    let response = app.get("/cart").header("accept-language", "fr").await;
    assert!(response.text().contains("<html lang=\"fr\">"), "{}", response.text());
    assert_eq!(app.cookie("__rally_lang"), None);
}

/// Asks for the context again, as the browser does.
async fn refresh(socket: &mut Socket, fingerprint: u64, page: &str) -> Result<Shop, String> {
    refresh_at(socket, fingerprint, page, ClientContext::default()).await
}

async fn refresh_at(
    socket: &mut Socket,
    fingerprint: u64,
    page: &str,
    browser: ClientContext,
) -> Result<Shop, String> {
    let body = &codec::encode(&(page.to_owned(), browser)).unwrap()[..];
    socket
        .send(
            ClientFrame::Call {
                id: 9,
                name: CONTEXT_CALL,
                fingerprint,
                page: CallPage::None,
                body,
            }
            .to_bytes(),
        )
        .await;
    match ServerFrame::read(&socket.receive().await).unwrap() {
        ServerFrame::Ok { id: 9, body } => Ok(codec::decode(body).unwrap()),
        ServerFrame::Refused { id: 9, refusal } => Err(refusal.code().to_owned()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_socket_returns_the_context_again() {
    let app = with_session();
    app.get("/cart").await;
    let mut socket = app.socket().await;
    for page in PAGES {
        let first = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
        let second = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
        assert_ne!(first.items, second.items);
    }
    let page = page::Cart::PAGE;
    assert_eq!(refresh(&mut socket, 1, page.name).await.unwrap_err(), "stale");
    assert_eq!(refresh(&mut socket, 1, "no page").await.unwrap_err(), "unknown");
    let response = app.request(request("POST", "/rpc", &[], "")).await;
    assert_ne!(response.status(), 200);
}

#[tokio::test]
async fn the_context_is_made_again_with_path_language_and_theme_of_now() {
    let app = with_session();
    app.get("/cart").await;
    let mut socket = app.socket().header("cookie", "__rally_lang=fr").await;
    let page = page::Cart::PAGE;
    for (current_path, lang, dark_mode, expected) in [
        ("/cart?page=2", "de", true, "/cart?page=2 de true"),
        ("//evil.example", "<script>", false, " fr false"),
        ("", "", false, " fr false"),
    ] {
        let (current_path, lang) = (current_path.to_owned(), lang.to_owned());
        let browser = ClientContext { current_path, lang, dark_mode, flash: None };
        let fresh = refresh_at(&mut socket, (page.fingerprint)(), page.name, browser).await;
        assert_eq!(fresh.unwrap().items[1], expected);
    }
}

#[tokio::test]
async fn without_from_session_there_is_no_context_to_return() {
    let mut socket = served().socket().await;
    let page = page::Cart::PAGE;
    let refused = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap_err();
    assert_eq!(refused, "not_found");
}
