//! The size of a document after compression: the flags repeat the strings of its HTML.
//! The articles are texts of Rally's documentation.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::{Cx, app, flags};

mod journal {
    use super::*;

    rally::pages!();

    #[page("/journal", loader)]
    pub struct Journal;

    #[derive(Wire)]
    pub struct Article {
        title: String,
        summary: String,
        author: String,
        published: String,
        url: String,
        readers: u32,
    }

    #[derive(Wire)]
    pub struct Model {
        articles: Vec<Article>,
    }

    pub enum Msg {}

    impl Page for Model {
        type Route = Journal;
        type Msg = Msg;

        fn init(_: Journal, articles: Vec<Article>, _: &ClientContext) -> Self {
            Self { articles }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                main { class: "journal",
                    h1 { "Journal" }
                    for it in &self.articles {
                        article { class: "card",
                            h2 { class: "card-title", a { href: "{it.url}", "{it.title}" } }
                            p { class: "card-text", "{it.summary}" }
                            p { class: "card-meta",
                                "by " b { "{it.author}" } ", "
                                time { datetime: "{it.published}", "{it.published}" }
                                ", {it.readers} readers"
                            }
                        }
                    }
                }
            }
        }
    }

    #[loader(public)]
    async fn load(_: Journal, _: &Cx) -> Result<Vec<Article>, LoadError> {
        let lines: Vec<_> = include_str!("articles.txt").lines().collect();
        let articles = lines.chunks(2).zip(0..);
        Ok(articles.map(|(lines, index)| article(lines[0], lines[1], index)).collect())
    }

    fn article(title: &str, summary: &str, index: u32) -> Article {
        // Spreads the numbers, always in the same way.
        let number = (index + 1).wrapping_mul(2_654_435_761) >> 8;
        let name = |names: [&str; 8], step: u32| names[(number / step) as usize % 8].to_owned();
        let first = name(["Ana", "Ben", "Clara", "Dawit", "Elif", "Inès", "Jonas", "Lúca"], 1);
        let last = name(["Abt", "Baker", "Costa", "García", "Itō", "Jensen", "Kaya", "Novák"], 9);
        let slug = title.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "-");
        Article {
            title: title.to_owned(),
            summary: summary.to_owned(),
            author: format!("{first} {last}"),
            published: format!("2026-{:02}-{:02}", 1 + number % 12, 1 + number % 28),
            url: format!("/articles/{slug}"),
            readers: number % 20_000,
        }
    }
}

fn gzip(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

#[tokio::test]
async fn the_flags_of_fifty_cards_add_at_most_a_fifth_to_the_compressed_document() {
    let app = TestApp::new(app(Default::default()), &[journal::Journal::PAGE]);
    let response = app.get("/journal").await;
    let document = response.text();
    let (before, rest) = document.split_once("<script type=\"application/rally\"").unwrap();
    let (_, after) = rest.split_once("</script>").unwrap();
    let html = gzip(&format!("{before}{after}"));
    let (with_flags, bytes) = (gzip(&document), flags(&response).len());
    println!("gzip: {html} bytes of HTML, {with_flags} with flags of {bytes} bytes");
    assert!(with_flags * 5 <= html * 6, "{html} bytes became {with_flags}");
}
