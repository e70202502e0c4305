//! The views of README.md that the examples do not have.

use std::rc::Rc;

use rally::Simulation;
use rally::prelude::*;
use rally::view::{FormData, KeyboardData, RawEvent, Reaction};
use rally_core::codec;
use rally_core::registry::Pages;
use rally_core::running::{
    AnyProgram, ContextSource, InitSource, ProgramHandle, RunningPage, Signal,
};
use rally_core::screen::Screen;

mod filter {
    use rally::prelude::*;

    pub enum Msg {
        Typed(String),
        Cleared,
    }

    pub fn view(query: &str, dispatch: Dispatch<Msg>) -> Element {
        rsx! {
            input {
                value: query,
                oninput: dispatch.value(Msg::Typed),
                onkeydown: move |event| {
                    if event.key == Key::Escape {
                        event.prevent_default();
                        dispatch(Msg::Cleared);
                    }
                },
            }
        }
    }
}

#[component]
fn Card(
    title: String,
    #[default(2)] level: u8,
    note: Option<String>,
    children: Element,
) -> Element {
    rsx! {
        article { "data-level": level,
            h2 { "{title}" }
            {children}
            {note.map(|note| rsx! { footer { "{note}" } })}
        }
    }
}

mod context {
    use rally::prelude::*;

    #[derive(Default, Wire)]
    pub struct Shop {
        pub browser: ClientContext,
        pub unread: u32,
    }

    #[derive(Wire)]
    pub enum ShopMsg {
        AllRead,
    }

    impl Context for Shop {
        type Msg = ShopMsg;

        fn browser(&mut self) -> &mut ClientContext {
            &mut self.browser
        }

        fn update(&mut self, msg: ShopMsg) -> Effect<ShopMsg> {
            match msg {
                ShopMsg::AllRead => {
                    self.unread = 0;
                    Effect::none()
                }
            }
        }
    }

    pub enum Msg {
        Opened,
    }

    pub fn update(msg: Msg, client: &Shop) -> Effect<Msg> {
        match msg {
            Msg::Opened => client.send(ShopMsg::AllRead),
        }
    }
}

mod page {
    use super::*;

    rally::pages!();

    #[page("/articles", loader)]
    pub struct Articles;

    #[derive(Wire)]
    pub struct Article {
        pub id: u32,
        pub version: u32,
        pub title: String,
        /// Markdown that the server has converted to safe HTML.
        pub html: String,
    }

    #[derive(Wire)]
    pub struct Model {
        articles: Vec<Article>,
        pub query: String,
    }

    pub enum Msg {
        Filter(filter::Msg),
    }

    impl Page for Model {
        type Route = Articles;
        type Msg = Msg;

        fn init(_: Articles, articles: Vec<Article>, _: &ClientContext) -> Self {
            Self { articles, query: String::new() }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            let Msg::Filter(msg) = msg;
            match msg {
                filter::Msg::Typed(query) => self.query = query,
                filter::Msg::Cleared => self.query.clear(),
            }
            Effect::none()
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            let shown = self.articles.iter().filter(|article| article.title.contains(&self.query));
            rsx! {
                {filter::view(&self.query, dispatch.map(Msg::Filter))}
                for article in shown {
                    Card { key: "{article.id}", title: "No. {article.id}: {article.title}",
                        {memo((article.id, article.version), || rsx! {
                            div { dangerous_inner_html: &article.html }
                        })}
                    }
                }
                Card { title: "About", level: 3, note: "Two articles a year", "We write." }
            }
        }
    }

    #[loader(public)]
    async fn load(_: Articles, _: &crate::app::Cx) -> Result<Vec<Article>, LoadError> {
        Ok(Vec::new())
    }
}

use page::{Article, Articles, Model, Msg};

fn articles() -> Vec<Article> {
    let article = |id, title: &str| Article {
        id,
        version: 1,
        title: title.to_owned(),
        html: format!("<b>{title}</b>"),
    };
    vec![article(1, "Salt"), article(2, "Pepper")]
}

#[test]
fn the_views_of_the_guide_are_shown() {
    let mut page = Simulation::<Model>::start(Articles, articles());
    let about = "<article data-level=\"3\"><h2>About</h2>We write.\
                 <footer>Two articles a year</footer></article>";
    let salt = "<article data-level=\"2\"><h2>No. 1: Salt</h2><div><b>Salt</b></div></article>";
    let pepper =
        "<article data-level=\"2\"><h2>No. 2: Pepper</h2><div><b>Pepper</b></div></article>";
    assert_eq!(page.html(), format!("<input value=\"\">{salt}{pepper}{about}"));
    page.send(Msg::Filter(filter::Msg::Typed("Pep".to_owned())));
    assert_eq!(page.html(), format!("<input value=\"Pep\">{pepper}{about}"));
    page.send(Msg::Filter(filter::Msg::Cleared));
    assert_eq!(page.html(), format!("<input value=\"\">{salt}{pepper}{about}"));
}

#[test]
fn messages_of_a_piece_reach_the_page() {
    let pages = Pages::new(&[page::Articles::PAGE]).unwrap();
    let (entry, _) = pages.find("/articles").unwrap();
    let context = entry.start_context(ContextSource::Default, Signal::default()).unwrap();
    let handle = ProgramHandle::still(context);
    let layout = entry.start_layout(None, handle.clone()).unwrap();
    let source = InitSource::Loaded(Box::new(articles()));
    let page = Rc::new(RunningPage::<Model>::new(Articles, source, handle).unwrap());
    let screen = Screen::default();
    screen.attach(|_| true);
    screen.show(layout, page.clone(), || {});

    // The page's tree, its view, the view of the filter, and a slot of the latter.
    let send = |slot, data: &[u8]| {
        screen.redraw_page();
        screen.render();
        let path = [1, 0, 0, 0, 0, slot, 0];
        let reaction = screen.handle(&path, RawEvent { data, files: Vec::new() });
        assert!(page.clone().step().is_some(), "a message is queued");
        reaction.unwrap().unwrap()
    };
    let typed = FormData { value: "Pep".to_owned(), ..FormData::default() };
    assert_eq!(send(1, &codec::encode(&typed).unwrap()), Reaction::default());
    page.with_model(|model| assert_eq!(model.query, "Pep"));
    let escape = KeyboardData { key: Key::Escape, ..KeyboardData::default() };
    assert!(send(2, &codec::encode(&escape).unwrap()).prevent_default);
    page.with_model(|model| assert_eq!(model.query, ""));
}

#[test]
fn a_message_changes_the_context() {
    let mut shop = context::Shop { unread: 2, ..Default::default() };
    let effect = context::update(context::Msg::Opened, &shop);
    assert_eq!(format!("{effect:?}"), "[SendToContext]");
    assert!(shop.update(context::ShopMsg::AllRead).is_none());
    assert_eq!(shop.unread, 0);
}
