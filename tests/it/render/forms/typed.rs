//! Typed forms that are posted: their values, errors and keys.

use rally::form::FormAction;
use rally::testing::TestApp;
use rally::{File, FormValues, Simulation};

use super::assert_redirect;
use books::{Book, Books, Kind, Lend};

/// `/books`: a form of its own type, and a button for each book.
pub mod books {
    use garde::Validate;
    use rally::prelude::*;
    use rally::{Failure, File};

    use crate::app::Cx;

    rally::pages!();

    #[page("/books")]
    pub struct Books {
        #[query]
        pub done: Option<String>,
    }

    #[derive(Wire)]
    pub struct Model {
        pub form: FormState<Book>,
        done: Option<String>,
    }

    pub enum Msg {
        Submitted(Submitted<Book>),
        Added(Reply<Book>),
        Lend(Lend),
        Lent(Reply<Lend>),
        Draft(Submitted<Book>),
        Twice,
    }

    /// Adds a book.
    #[derive(Debug, Clone, PartialEq, Wire, Form, Validate)]
    pub struct Book {
        #[form(max = 9)]
        #[garde(custom(not_taken))]
        pub title: String,
        #[garde(skip)]
        pub kind: Kind,
        #[form(min = 1)]
        #[garde(skip)]
        pub pages: Option<u16>,
        #[garde(skip)]
        pub token: Option<String>,
        #[garde(skip)]
        pub cover: Option<File>,
    }

    #[derive(Debug, Clone, PartialEq, Wire, Form)]
    pub enum Kind {
        Novel,
        ShortStory,
    }

    /// Lends a book.
    #[derive(Debug, Clone, PartialEq, Wire, Form)]
    pub struct Lend {
        pub id: u32,
    }

    fn not_taken(title: &str, _: &()) -> garde::Result {
        if title == "taken" { Err(garde::Error::new("This title is taken.")) } else { Ok(()) }
    }

    impl Page for Model {
        type Route = Books;
        type Msg = Msg;

        fn init(page: Books, _: (), _: &ClientContext) -> Self {
            Self { form: FormState::default(), done: page.done }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Submitted(form) => self.form.submit(form, Msg::Added),
                Msg::Added(reply) => self.form.answer_and_reset(reply, done),
                Msg::Lend(lend) => lend.call(Msg::Lent),
                Msg::Lent(Ok(())) => done("lent".to_owned()),
                Msg::Lent(Err(failure)) => {
                    self.form.refuse(FieldErrors::problem(failure.to_string()))
                }
                Msg::Draft(form) => {
                    let error: Failure<Never> = Failure::Denied;
                    drop(self.form.submit_with(form, |_| Effect::<Msg>::none()));
                    self.form.answer(Err(error), |()| Effect::none())
                }
                Msg::Twice => Effect::none(),
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { "{self.done:?}" }
                form { ..dispatch.form(Msg::Submitted),
                    {self.form.field(Book::TITLE, "Title")}
                    {self.form.field(Book::KIND, "Kind")}
                    {self.form.field(Book::PAGES, "Pages")}
                    {self.form.field(Book::TOKEN, "Token")}
                    {self.form.field(Book::COVER, "Cover")}
                    {self.form.problem()}
                    button { "Add" }
                    button { ..dispatch.form(Msg::Draft).key("draft").button(), "Draft" }
                }
                for id in 1..4_u32 {
                    form { ..dispatch.post(Lend { id }, Msg::Lend), button { "Lend" } }
                }
                form { ..dispatch.form(|_: Submitted<Lend>| Msg::Twice) }
                form { ..dispatch.form(|_: Submitted<Lend>| Msg::Twice) }
            }
        }
    }

    fn done(text: String) -> Effect<Msg> {
        Effect::navigate(Books { done: Some(text) })
    }

    #[server(public)]
    async fn add(msg: Book, _: &Cx) -> Result<String, CallError<FieldErrors>> {
        msg.check()?;
        // A report of garde is an error for the browser too.
        msg.validate()?;
        let Book { title, kind, pages, cover, .. } = msg;
        Ok(format!("{title} {kind:?} {pages:?} {}", cover.is_some()))
    }

    #[server(public)]
    async fn lend(msg: Lend, cx: &Cx) -> Result<()> {
        cx.state().messages.lock().unwrap().push(format!("lent {}", msg.id));
        Ok(())
    }
}

fn app() -> (TestApp, std::sync::Arc<crate::app::State>) {
    let state = std::sync::Arc::new(crate::app::State::default());
    (TestApp::new(crate::app::app(state.clone()), &[books::Books::PAGE]), state)
}

#[tokio::test]
async fn the_type_names_the_form_and_its_fields() {
    let html = app().0.get("/books?done=x").await.html();
    let form =
        "<form action=\"?done=x&amp;/Book\" method=\"post\" enctype=\"multipart/form-data\">";
    for part in [
        form,
        "<input name=\"title\" id=\"Book-title\" required=\"\" maxlength=\"9\" value=\"\">",
        "<button formaction=\"?done=x&amp;/Book/draft\" formmethod=\"post\" \
         formenctype=\"multipart/form-data\" formnovalidate=\"\">",
        "<form action=\"?done=x&amp;/Lend/id%3D2\" method=\"post\">",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[tokio::test]
async fn a_posted_form_is_a_typed_value() {
    let (app, _) = app();
    let fields = [("title", "Emma"), ("kind", "short-story"), ("pages", "")];
    let response = app.post_form("/books?/Book", &fields).await;
    assert_redirect(&response, "/books?done=Emma%20ShortStory%20None%20false");
    let cover = Some(File::new("a.png", "image/png", "abc"));
    let response = app.submit("/books?done=x", &Book { pages: Some(7), cover, ..emma() }).await;
    assert_redirect(&response, "/books?done=Emma%20Novel%20Some%287%29%20true");
}

/// Two values never have one name, even if a text has the characters between the parts.
#[test]
fn the_name_of_a_form_without_fields_is_escaped() {
    #[derive(Clone, rally::Wire, rally::Form)]
    struct Tag {
        a: String,
        b: Option<String>,
    }
    let name = |a: &str, b: Option<&str>| {
        rally_core::form::name_of(&Tag { a: a.to_owned(), b: b.map(str::to_owned) })
    };
    assert_eq!(name("x", Some("1")), "Tag/a=x&b=1");
    assert_eq!(name("x&b=1", None), "Tag/a=x%26b%3D1");
    assert_ne!(name("x%26b", None), name("x&b", None));
}

fn emma() -> Book {
    let title = "Emma".to_owned();
    Book { title, kind: Kind::Novel, pages: None, token: None, cover: None }
}

#[tokio::test]
async fn a_posted_form_with_errors_is_shown_with_them_and_without_secrets() {
    let (app, _) = app();
    let fields =
        [("title", "<a long title>"), ("kind", "poem"), ("pages", "x"), ("token", "secret")];
    let response = app.post_form("/books?/Book", &fields).await;
    assert_eq!(response.status(), 422);
    let html = response.html();
    for part in [
        "value=\"&lt;a long title&gt;\"",
        "<p id=\"Book-title-error\" class=\"error\" role=\"alert\">Write at most 9 characters.</p>",
        "Choose one of the options.",
        "Enter a whole number.",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!response.text().contains("secret"));
}

#[tokio::test]
async fn the_errors_of_a_handler_are_those_of_the_fields() {
    let (app, _) = app();
    let fields = [("title", "taken"), ("kind", "novel")];
    let html = app.post_form("/books?/Book", &fields).await.html();
    let error = "id=\"Book-title-error\" class=\"error\" role=\"alert\">This title is taken.";
    assert!(html.contains(error), "{html}");
    let html = app.post_form("/books?/Book/draft", &fields).await.html();
    assert!(html.contains("role=\"alert\">You are not allowed to do this."), "{html}");
}

/// A browser would not send it: the call does not come from the form.
#[tokio::test]
async fn a_handler_checks_the_rules_of_a_call_without_a_form() {
    let (app, _) = app();
    let book = Book {
        title: "a long title".to_owned(),
        kind: Kind::Novel,
        pages: Some(0),
        token: None,
        cover: None,
    };
    let Err(rally::Failure::App(errors)) = app.call(book).await else { panic!("no errors") };
    assert_eq!(errors.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["title", "pages"]);
}

#[tokio::test]
async fn a_form_without_fields_posts_only_what_the_page_shows() {
    let (app, state) = app();
    assert_redirect(&app.submit_post("/books", &Lend { id: 2 }).await, "/books?done=lent");
    assert_eq!(super::messages(&state), ["lent 2"]);
    for form in ["Lend/id%3D9", "Lend/2", "Book/other", "FormState"] {
        assert_redirect(&app.post_form(&format!("/books?/{form}"), &[("id", "9")]).await, "/books");
    }
    assert_eq!(
        app.post_form("/books?/Lend", &[("id", "2")]).await.status(),
        500,
        "it is ambiguous"
    );
    assert_eq!(super::messages(&state).len(), 1);
}

#[test]
fn a_simulation_submits_a_value() {
    let mut page = Simulation::<books::Model>::start(Books { done: None }, ());
    let book = Book { token: Some("secret".to_owned()), ..emma() };
    page.submit(&book);
    assert!(page.model(|model| model.form.is_pending()));
    assert_eq!(page.answer::<Book>(Ok("done".to_owned())), book);
    let reset = ("Book".to_owned(), FormAction::ResetSent);
    assert_eq!(page.form_action(), Some(reset));
    page.submit_raw("Book", FormValues::from([("title", "")]));
    assert_eq!(page.form_action(), Some(("Book".to_owned(), FormAction::FocusInvalid)));
    page.submit_post(&Lend { id: 1 });
    assert_eq!(page.answer::<Lend>(Ok(())), Lend { id: 1 });
}
