//! Posted forms whose `update` makes no call: a redirect if it has acted, else the page again.

use std::sync::Arc;

use rally::History;
use rally::http::HttpRequest;
use rally::prelude::*;
use rally::testing::TestApp;
use rally_core::carried::FLASH_COOKIE;

use crate::app::app;
use crate::render::flash::{Shop, ShopMsg};

mod page {
    use super::*;

    rally::pages!(context = super::Shop);

    #[page("/acts")]
    pub struct Acts;

    #[derive(Wire)]
    pub struct Model {
        form: FormState<Item>,
    }

    pub enum Msg {
        Submitted(Submitted<Item>),
        Fetched,
    }

    #[derive(Wire, Form)]
    pub struct Item {
        name: String,
        #[form(optional)]
        how: String,
    }

    impl Page for Model {
        type Route = Acts;
        type Msg = Msg;

        fn init(_: Acts, (): (), _: &Shop) -> Self {
            Self { form: FormState::default() }
        }

        fn update(&mut self, msg: Msg, client: &Shop) -> Effect<Msg> {
            let Msg::Submitted(form) = msg else { return Effect::none() };
            let sets_url = form.values().text("how") == "set url";
            let effect = self.form.submit_with(form, |item| match &*item.how {
                "flash" => Effect::flash("Saved."),
                "clear" => Effect::batch([Effect::flash("Saved."), Effect::clear_flash()]),
                "send" => client.send(ShopMsg::Added(item.name)),
                "fetch" => Effect::http(HttpRequest::get("/x"), |_| Msg::Fetched),
                "fetch later" => {
                    let fetch = Effect::http(HttpRequest::get("/x"), |_| Msg::Fetched);
                    fetch.cancellable("fetch")
                }
                _ => Effect::none(),
            });
            if sets_url {
                return Effect::batch([effect, Effect::set_url(Acts, History::Replace)]);
            }
            if self.form.errors().is_empty() {
                return effect;
            }
            Effect::batch([effect, Effect::flash("Look at the fields.")])
        }

        fn view(&self, dispatch: Dispatch<Msg>, client: &Shop) -> Element {
            let flash = client.browser.flash.as_deref().unwrap_or("nothing");
            rsx! {
                form { ..dispatch.form(Msg::Submitted),
                    {self.form.error(Item::NAME)}
                    if self.form.is_pending() { "Saving .." }
                }
                p { "flash: {flash}; items: {client.items.join(\", \")}" }
            }
        }
    }
}

/// Posts the form, and returns status and page. After a redirect, the page is the next document.
async fn post(name: &str, how: &str) -> (u16, String) {
    let app = TestApp::new(app(Arc::default()), [rally::Client::new(&[page::Acts::PAGE])]);
    let response = app.post_form("/acts?/Item", &[("name", name), ("how", how)]).await;
    if response.status() != 303 {
        assert_eq!(app.cookie(FLASH_COOKIE), None, "{how}");
        return (response.status().as_u16(), response.html());
    }
    assert_eq!(response.location(), Some("/acts"));
    (303, app.get("/acts").await.html())
}

#[tokio::test]
async fn a_flash_or_a_message_to_the_context_is_a_redirect() {
    let (status, html) = post("tea", "flash").await;
    assert_eq!((status, html.contains("flash: Saved.; items: <")), (303, true), "{html}");
    let (status, html) = post("tea", "send").await;
    assert_eq!((status, html.contains("flash: nothing; items: tea<")), (303, true), "{html}");
}

#[tokio::test]
async fn a_cleared_flash_is_none() {
    let (status, html) = post("tea", "clear").await;
    assert_eq!((status, html.contains("flash: nothing")), (422, true), "{html}");
}

#[tokio::test]
async fn a_form_with_errors_is_shown_with_its_flash() {
    let (status, html) = post("", "flash").await;
    assert_eq!(status, 422);
    assert!(html.contains("This is required."), "{html}");
    assert!(html.contains("flash: Look at the fields."), "{html}");
}

#[tokio::test]
async fn a_form_with_errors_is_shown_even_if_the_page_sets_its_url() {
    let (status, html) = post("", "set url").await;
    assert_eq!((status, html.contains("This is required.")), (422, true), "{html}");
    let (status, html) = post("tea", "set url").await;
    assert_eq!((status, html.contains("This is required.")), (303, false), "{html}");
}

#[tokio::test]
async fn the_context_chooses_the_text_for_a_form_that_is_gone() {
    let app = TestApp::new(app(Arc::default()), [rally::Client::new(&[page::Acts::PAGE])]);
    app.set_cookie("__rally_lang", "de");
    for (fields, text) in [(&[][..], "nothing"), (&[("name", "tea")], "Das Formular ist veraltet.")]
    {
        let response = app.post_form("/acts?/Gone", fields).await;
        assert_eq!((response.status().as_u16(), response.location()), (303, Some("/acts")));
        let html = app.get("/acts").await.html();
        assert!(html.contains(&format!("flash: {text}; items: <")), "{html}");
    }
}

#[tokio::test]
async fn messages_of_another_form_stay_beside_the_text_for_a_form_that_is_gone() {
    let app = TestApp::new(app(Arc::default()), [rally::Client::new(&[page::Acts::PAGE])]);
    app.post_form("/acts?/Item", &[("name", "tea"), ("how", "send")]).await;
    app.post_form("/acts?/Gone", &[("name", "milk")]).await;
    let html = app.get("/acts").await.html();
    assert!(html.contains("flash: This form is out of date.; items: tea<"), "{html}");
}

#[tokio::test]
async fn nothing_is_pending_in_a_document() {
    for how in ["fetch", "fetch later"] {
        let (status, html) = post("tea", how).await;
        assert_eq!((status, html.contains("Saving")), (422, false), "{html}");
    }
}
