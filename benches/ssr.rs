//! Rendering of a page with 50 cards: the body alone, and a whole request to Rally,
//! including the data for hydration. Baselines are maud and hypertext templates that
//! only write the same page. At the end, a page with 1,000 cards.
//!
//! `cargo bench --bench ssr`

use std::hint::black_box;
use std::rc::Rc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use http_body_util::BodyExt;
use rally::prelude::*;
use rally_core::flags::{self, Flags};
use rally_core::html;
use rally_core::registry::Pages;
use rally_core::running::{AnyLayout, AnyPage, ContextSource, InitSource, ProgramHandle, Signal};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use self::paired::Comparison;
use self::shop::{Card, cards};

mod paired;

const HEAD: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Shop</title><link rel=\"stylesheet\" href=\"/shop.css\">\
    <script type=\"module\" src=\"/shop.js\"></script></head><body><div id=\"app\">";
const TAIL: &str = "</div></body></html>";

mod shop {
    use super::*;

    rally::pages!();

    #[page("/shop", loader)]
    pub struct Shop;

    #[derive(Wire, Clone)]
    pub struct Card {
        pub id: u32,
        pub title: String,
        pub text: String,
        pub cents: u32,
        pub badge: Option<String>,
    }

    #[derive(Wire)]
    pub struct Model {
        cards: Vec<Card>,
        chosen: Option<u32>,
    }

    #[derive(Clone)]
    pub enum Msg {
        Chosen(u32),
    }

    impl Page for Model {
        type Route = Shop;
        type Msg = Msg;

        fn init(_: Shop, cards: Vec<Card>, _: &ClientContext) -> Self {
            Self { cards, chosen: None }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            let Msg::Chosen(id) = msg;
            self.chosen = Some(id);
            Effect::none()
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                main {
                    h1 { "Shop" }
                    for (id , card) in self.cards.iter().map(|card| (card.id, card)) {
                        article {
                            key: "{card.id}",
                            class: if self.chosen == Some(card.id) { "card chosen" } else { "card" },
                            h2 { "{card.title}" }
                            p { class: "text", "{card.text}" }
                            p { class: "price", "{card.cents / 100}.{card.cents % 100:02} €" }
                            if let Some(badge) = &card.badge {
                                span { class: "badge", "{badge}" }
                            }
                            a { href: "/products/{card.id}", "Details" }
                            button { onclick: move |_| dispatch(Msg::Chosen(id)), "Choose" }
                        }
                    }
                }
            }
        }
    }

    #[loader(public)]
    async fn load(_: Shop, _: &Cx) -> Result<Vec<Card>, LoadError> {
        Ok(cards(50))
    }

    /// Returns the data that a database would return.
    pub fn cards(count: u32) -> Vec<Card> {
        let card = |id: u32| Card {
            id,
            title: format!("Salt & Pepper <No. {id}>"),
            text: format!(
                "\"The best,\" says Ana's aunt & nobody else: {id} grains in each jar, from the \
                 north coast, dried in the sun, ground when you ask for it, and never < 5 g."
            ),
            cents: 399 + 7 * id,
            badge: id.is_multiple_of(3).then(|| format!("-{}%", id % 7 * 5)),
        };
        (1..=count).map(card).collect()
    }
}

async fn by_maud() -> impl IntoResponse {
    let document = maud(&cards(50));
    ([(header::CACHE_CONTROL, "no-cache")], Html(document))
}

fn maud(cards: &[Card]) -> String {
    let markup = maud::html! {
        (maud::PreEscaped(HEAD))
        (maud_body(cards))
        (maud::PreEscaped(TAIL))
    };
    markup.into_string()
}

fn maud_body(cards: &[Card]) -> maud::Markup {
    let chosen = black_box(None::<u32>);
    maud::html! {
        main {
            h1 { "Shop" }
            @for card in cards {
                article class=(if chosen == Some(card.id) { "card chosen" } else { "card" }) {
                    h2 { (card.title) }
                    p class="text" { (card.text) }
                    p class="price" { (format_args!("{}.{:02} €", card.cents / 100, card.cents % 100)) }
                    @if let Some(badge) = &card.badge {
                        span class="badge" { (badge) }
                    }
                    a href={ "/products/" (card.id) } { "Details" }
                    button { "Choose" }
                }
            }
        }
    }
}

fn hypertext_body(cards: &[Card]) -> String {
    use hypertext::prelude::*;

    let chosen = black_box(None::<u32>);
    hypertext::maud! {
        main {
            h1 { "Shop" }
            @for card in cards {
                article class=(if chosen == Some(card.id) { "card chosen" } else { "card" }) {
                    h2 { (card.title) }
                    p class="text" { (card.text) }
                    p class="price" {
                        %(format_args!("{}.{:02} €", card.cents / 100, card.cents % 100))
                    }
                    @if let Some(badge) = &card.badge {
                        span class="badge" { (badge) }
                    }
                    a href={ "/products/" (card.id) } { "Details" }
                    button { "Choose" }
                }
            }
        }
    }
    .render()
    .into_inner()
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let dist = tempfile::tempdir().unwrap();
    std::fs::write(dist.path().join("index.html"), [HEAD, TAIL].concat()).unwrap();
    let rally = App::new(()).dist(dist.path()).into_router(&[shop::Shop::PAGE]).unwrap();
    let maud = Router::new().route("/shop", get(by_maud));

    let (ours, theirs) = (get_shop(&runtime, &rally), get_shop(&runtime, &maud));
    assert_eq!(visible(&ours), visible(&theirs), "the two documents must show the same page");
    println!("Rally's document has {} bytes, maud's {}.\n", ours.len(), theirs.len());

    embedded(cards(50));
    body(50);
    Comparison::new("A page of 50 cards, GET through axum")
        .subject("maud, without hydration", || get_shop(&runtime, &maud))
        .subject("Rally, with hydration", || get_shop(&runtime, &rally))
        .run();
    stages(&runtime, &rally);
    body(1000);
}

/// Compares the text of the flags with base64.
fn embedded(cards: Vec<Card>) {
    let model = started(cards).model().unwrap();
    let flags = Flags::Page {
        page: shop::Shop::PAGE.name,
        fingerprint: 0x0123_4567_89ab_cdef,
        max_frame: 1 << 20,
        context: &[],
        layout: &[0xc0],
        model: &model,
    };
    let bytes = flags.to_bytes();
    let base64 = || base64_simd::STANDARD.encode_to_string(&bytes);
    let text = || {
        let mut text = Vec::new();
        flags::text::write(&mut text, &bytes);
        text
    };
    let (encoded, written) = (base64(), String::from_utf8(text()).unwrap());
    assert_eq!(flags::text::read(&written), bytes);
    println!(
        "flags: {} bytes, {} as base64, {} as text",
        bytes.len(),
        encoded.len(),
        written.len()
    );
    Comparison::new("The flags of 50 cards, written")
        .subject("base64-simd", base64)
        .subject("text", text)
        .run();
    Comparison::new("The flags of 50 cards, read")
        .subject("base64-simd", || base64_simd::STANDARD.decode_to_vec(&encoded).unwrap())
        .subject("text", || flags::text::read(&written))
        .run();
}

/// Compares what writes the body of the page.
fn body(count: u32) {
    let (page, layout) = (started(cards(count)), layout());
    let cards = cards(count);
    let rally = || html::for_hydration(layout.clone(), page.clone()).unwrap();
    let maud = || maud_body(&cards).into_string();
    let hypertext = || hypertext_body(&cards);
    let written = visible(rally().as_bytes());
    assert!(written == visible(maud().as_bytes()), "all must write the same page");
    assert!(written == visible(hypertext().as_bytes()), "all must write the same page");
    for (name, work) in
        [("maud", &maud as &dyn Fn() -> String), ("hypertext", &hypertext), ("Rally", &rally)]
    {
        let info = allocation_counter::measure(|| drop(black_box(work())));
        println!("{name}: {} allocations, {} bytes", info.count_total, info.bytes_total);
    }
    Comparison::new(format!("The body of a page of {count} cards"))
        .subject("maud, without hydration", maud)
        .subject("hypertext, without hydration", hypertext)
        .subject("Rally, with hydration", rally)
        .run();
}

fn started(cards: Vec<Card>) -> Rc<dyn AnyPage> {
    let pages = Pages::new(&[shop::Shop::PAGE]).unwrap();
    let (page, params) = pages.find("/shop").unwrap();
    let context = page.start_context(ContextSource::Default, Signal::default()).unwrap();
    let source = InitSource::Loaded(Box::new(cards));
    page.start(&params, source, ProgramHandle::still(context)).unwrap()
}

fn layout() -> Rc<dyn AnyLayout> {
    let pages = Pages::new(&[shop::Shop::PAGE]).unwrap();
    let (page, _) = pages.find("/shop").unwrap();
    let context = page.start_context(ContextSource::Default, Signal::default()).unwrap();
    page.start_layout(None, ProgramHandle::still(context)).unwrap()
}

/// Compares the stages of a request. Each stage includes the ones before it.
fn stages(runtime: &Runtime, rally: &Router) {
    let load = || started(cards(50));
    let encode = || {
        let page = load();
        let model = page.model().unwrap();
        (page, model)
    };
    Comparison::new("Rally's stages, each including the ones above it")
        .subject("the whole request", || get_shop(runtime, rally))
        .subject("the loader, init", load)
        .subject("+ encode the model", encode)
        .subject("+ write the HTML", || html::for_hydration(layout(), encode().0).unwrap())
        .run();
}

fn get_shop(runtime: &Runtime, app: &Router) -> Bytes {
    let request = Request::get("/shop").body(Body::empty()).unwrap();
    runtime.block_on(async {
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().collect().await.unwrap().to_bytes()
    })
}

/// Removes the data for hydration from a document, and converts character references
/// to one form.
fn visible(document: &[u8]) -> String {
    let mut text = str::from_utf8(document).unwrap().to_owned();
    for (begin, end) in [("<!--", "-->"), ("<script type=\"application", "</script>")] {
        while let Some(at) = text.find(begin) {
            let length = text[at + begin.len()..].find(end).unwrap();
            text.replace_range(at..at + begin.len() + length + end.len(), "");
        }
    }
    [("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'")]
        .iter()
        .fold(text, |text, (escaped, letter)| text.replace(escaped, letter))
}
