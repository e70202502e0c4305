//! Pages that are functions, and pages without an `update`.

use std::sync::Arc;

use rally::prelude::*;
use rally::testing::TestApp;
use rally::{Client, Simulation};

use crate::app::app;

mod about {
    use super::*;

    rally::pages!();

    #[page("/about-us", title = "About us")]
    pub fn about_us(client: &ClientContext) -> Element {
        rsx! { a { href: href(super::members::MemberList), "from {client.current_path}" } }
    }
}

mod members {
    use super::*;

    rally::pages!();

    #[page("/members", signed_in)]
    pub fn member_list() -> Element {
        rsx! { p { "members only" } }
    }
}

mod greeting {
    use super::*;

    rally::pages!();

    #[page("/greeting/:name")]
    pub struct Greeting {
        pub name: String,
    }

    #[derive(Wire)]
    pub struct Model {
        name: String,
    }

    impl Page for Model {
        type Route = Greeting;
        type Msg = Never;

        fn init(page: Greeting, _: (), _: &ClientContext) -> Self {
            Self { name: page.name }
        }

        fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
            rsx! { "Hello, {self.name}!" }
        }
    }
}

use about::AboutUs;
use greeting::Greeting;
use members::MemberList;

fn served() -> TestApp {
    let client = Client::new(&[AboutUs::PAGE, MemberList::PAGE, Greeting::PAGE]);
    TestApp::new(app(Arc::default()), [client])
}

#[tokio::test]
async fn a_function_is_a_page_with_a_title() {
    let response = served().get("/about-us").await;
    assert_eq!(response.status(), 200);
    assert!(response.html().contains("<a href=\"/members\">from /about-us</a>"));
    assert!(response.html().contains("<title>About us</title>"));
}

#[tokio::test]
async fn a_function_can_have_an_access_rule() {
    let response = served().get("/members").await;
    assert_eq!(response.status(), 303);
    assert!(!response.text().contains("members only"));
}

#[tokio::test]
async fn a_page_without_messages_needs_no_update() {
    assert!(served().get("/greeting/ann").await.html().contains("Hello, ann!"));
}

#[test]
fn a_function_can_be_simulated_and_called() {
    assert_eq!(href(AboutUs), "/about-us");
    let page = Simulation::<AboutUs>::start(AboutUs, ());
    assert_eq!(page.html(), "<a href=\"/members\">from /about-us</a>");
    drop(members::member_list());
}
