//! `/`: the tickets, filtered and paged by the URL.

use std::time::Duration;

use rally::form::Choice;
use rally::prelude::*;

use super::tickets::id_::TicketPage;
use super::tickets::new::NewTicket;
use crate::Site;
use crate::ticket::{Status, Ticket};

#[page(loader, signed_in)]
#[derive(Default)]
pub struct Home {
    #[query(default)]
    pub search: Option<String>,
    #[query(default)]
    pub status: Option<Status>,
    /// The first page is 1.
    #[query(default)]
    pub page: Option<u32>,
}

#[derive(Wire)]
pub struct Tickets {
    pub tickets: Vec<Ticket>,
    pub pages: u32,
}

#[derive(Wire)]
pub struct Model {
    search: String,
    status: Option<Status>,
    page: u32,
    list: Tickets,
}

pub enum Msg {
    UrlChanged(Home, Tickets),
    Typed(String),
    Filtered(String),
}

impl Model {
    fn url(&self, page: u32) -> Home {
        let search = Some(self.search.clone()).filter(|search| !search.is_empty());
        Home { search, status: self.status, page: Some(page).filter(|page| *page > 1) }
    }
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(url: Home, list: Tickets, _: &Site) -> Self {
        let page = url.page.unwrap_or(1);
        Self { search: url.search.unwrap_or_default(), status: url.status, page, list }
    }

    fn on_url() -> Option<OnUrl<Self>> {
        Some(Msg::UrlChanged)
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::UrlChanged(url, list) => {
                *self = Self::init(url, list, client);
                // A search that the visitor has typed before does not replace this URL.
                Effect::cancel("search")
            }
            Msg::Typed(search) => {
                self.search = search;
                Effect::debounce("search", Duration::from_millis(300), Effect::replace(self.url(1)))
            }
            Msg::Filtered(status) => {
                self.status = status.parse().ok();
                Effect::navigate(self.url(1))
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Tickets" }
                p { a { href: href(NewTicket), "Open a ticket" } }
                form { method: "get", action: "/", role: "search",
                    label {
                        "Search"
                        input {
                            r#type: "search",
                            name: "search",
                            value: "{self.search}",
                            oninput: dispatch.value(Msg::Typed),
                        }
                    }
                    label {
                        "Status"
                        select { name: "status", onchange: dispatch.value(Msg::Filtered),
                            option { value: "", "any" }
                            for status in Status::ALL {
                                option { selected: self.status.as_ref() == Some(status), "{status}" }
                            }
                        }
                    }
                    button { "Search" }
                }
                if self.list.tickets.is_empty() {
                    p { "There are no such tickets." }
                } else {
                    table {
                        thead {
                            tr {
                                th { "Ticket" }
                                th { "Customer" }
                                th { "Status" }
                            }
                        }
                        tbody {
                            for ticket in &self.list.tickets {
                                tr { key: "{ticket.id}",
                                    td { a { href: href(TicketPage { id: ticket.id }), "{ticket.title}" } }
                                    td { "{ticket.customer}" }
                                    td { "{ticket.status}" }
                                }
                            }
                        }
                    }
                }
                nav { aria_label: "Pages",
                    if self.page > 1 {
                        a { rel: "prev", href: href(self.url(self.page - 1)), "Newer" }
                    }
                    "Page {self.page} of {self.list.pages}"
                    if self.page < self.list.pages {
                        a { rel: "next", href: href(self.url(self.page + 1)), "Older" }
                    }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("Tickets - Desk")
    }
}

#[loader(page)]
async fn load(
    page: Home,
    cx: &crate::Cx,
    account: &crate::accounts::Account,
) -> Result<Tickets, LoadError> {
    let customer = (!account.is_agent()).then_some(account.id);
    let filter = crate::desk::Filter {
        customer,
        status: page.status,
        search: page.search.as_deref().unwrap_or_default(),
    };
    let (tickets, pages) = cx.state().tickets(filter, page.page.unwrap_or(1)).await?;
    Ok(Tickets { tickets, pages })
}
