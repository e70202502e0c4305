//! Forms that a page does not have any more: of a double click, or of a record that is gone.

use rally::Simulation;
use rally::testing::TestApp;
use rally_core::carried::FLASH_COOKIE;

use super::{assert_redirect, messages};
use shelf::{Model, Rename, Shelf};

/// `/shelf`: books, each with a button that removes it, and a form that renames it.
pub mod shelf {
    use rally::prelude::*;

    use crate::app::Cx;

    rally::pages!();

    #[page("/shelf", loader)]
    pub struct Shelf;

    #[derive(Wire)]
    pub struct Model {
        books: Vec<u32>,
        form: FormState<Rename>,
    }

    pub enum Msg {
        Remove(Remove),
        Removed(Reply<Remove>),
        Rename(u32, Submitted<Rename>),
    }

    #[derive(Clone, Wire, Form)]
    pub struct Remove {
        id: u32,
    }

    #[derive(Wire, Form)]
    pub struct Rename {
        pub title: String,
    }

    impl Page for Model {
        type Route = Shelf;
        type Msg = Msg;

        fn init(_: Shelf, books: Vec<u32>, _: &ClientContext) -> Self {
            Self { books, form: FormState::default() }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Remove(remove) => remove.call(Msg::Removed),
                Msg::Removed(Ok(())) => Effect::flash("Removed."),
                Msg::Removed(Err(failure)) => Effect::flash(failure.to_string()),
                Msg::Rename(id, form) => {
                    self.form.submit_with(form, |_| Effect::flash(format!("Renamed {id}.")))
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, client: &ClientContext) -> Element {
            rsx! {
                p { role: "status", {client.flash.clone()} }
                for id in self.books.iter().copied() {
                    form { ..dispatch.post(Remove { id }, Msg::Remove), button { "Remove" } }
                    form { ..dispatch.form(move |form| Msg::Rename(id, form)).key(id),
                        {self.form.field(Rename::TITLE, "Title")}
                        button { "Rename" }
                    }
                }
            }
        }
    }

    #[loader(public)]
    async fn load(_: Shelf, cx: &Cx) -> Result<Vec<u32>, LoadError> {
        let removed = cx.state().messages.lock().unwrap().clone();
        Ok((1..4).filter(|id| !removed.contains(&format!("removed {id}"))).collect())
    }

    #[server(public)]
    async fn remove(msg: Remove, cx: &Cx) -> Result<()> {
        cx.state().messages.lock().unwrap().push(format!("removed {}", msg.id));
        Ok(())
    }
}

fn app() -> (TestApp, std::sync::Arc<crate::app::State>) {
    let state = std::sync::Arc::new(crate::app::State::default());
    (TestApp::new(crate::app::app(state.clone()), &[shelf::Shelf::PAGE]), state)
}

const REMOVE: &str = "/shelf?/Remove/id%3D2";

#[tokio::test]
async fn the_second_post_of_a_double_click_leads_to_the_page_after_the_first() {
    let (app, state) = app();
    assert!(app.get("/shelf").await.html().contains("action=\"?/Remove/id%3D2\""));
    assert_redirect(&app.post_form(REMOVE, &[]).await, "/shelf");
    let second = app.post_form(REMOVE, &[]).await;
    assert_redirect(&second, "/shelf");
    assert!(!format!("{second:?}").contains("__rally_flash"));
    assert_eq!(messages(&state), ["removed 2"]);
    let html = app.get("/shelf").await.html();
    assert!(!html.contains("id%3D2") && html.contains("<p role=\"status\">Removed.</p>"), "{html}");
}

#[tokio::test]
async fn fields_of_a_form_that_is_gone_are_answered_with_a_flash_message() {
    let (app, _) = app();
    let rename = async || {
        let rename = Rename { title: "Emma".to_owned() };
        let response = app.submit_keyed("/shelf", 2, &rename).await;
        assert_redirect(&response, "/shelf");
        app.get("/shelf").await.html()
    };
    let status = |text: &str| format!("<p role=\"status\">{text}</p>");
    app.post_form(REMOVE, &[]).await;
    let html = rename().await;
    let both = "Removed. This form is out of date.";
    assert!(html.contains(&status(both)), "the first message stays: {html}");
    let html = rename().await;
    assert!(html.contains(&status("This form is out of date.")), "{html}");
    assert!(app.get("/shelf").await.html().contains(&status("")), "it is shown once");
}

/// A double click sends the second post before the first response, so without its cookie.
#[tokio::test]
async fn a_second_post_at_once_without_fields_keeps_the_flash_of_the_first() {
    let (app, _) = app();
    app.post_form(REMOVE, &[]).await;
    let first = app.cookie(FLASH_COOKIE).unwrap();
    app.set_cookie(FLASH_COOKIE, "");
    let second = app.post_form(REMOVE, &[]).await;
    assert!(!format!("{second:?}").contains("__rally_flash"));
    app.set_cookie(FLASH_COOKIE, &first);
    assert!(app.get("/shelf").await.html().contains("Removed.</p>"));
}

#[test]
fn a_simulation_submits_a_form_with_a_key() {
    let mut page = Simulation::<Model>::start(Shelf, vec![1, 2]);
    page.submit_keyed(2, &Rename { title: "Emma".to_owned() });
    assert!(page.html().contains("Renamed 2."));
}
