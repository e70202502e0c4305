//! `/`: the tickets, filtered and paged by the URL.

use std::time::Duration;

use rally::prelude::*;

use super::tickets::id_::TicketPage;
use super::tickets::new::NewTicket;
use crate::Site;
use crate::ticket::{Status, Ticket};

#[page(loader, signed_in)]
#[derive(Clone, Default, Wire)]
pub struct Home {
    #[query(default)]
    pub search: String,
    #[query(default)]
    pub status: Option<Status>,
    /// The first page is 0.
    #[query(default)]
    pub page: u32,
}

#[derive(Wire)]
pub struct Tickets {
    pub tickets: Vec<Ticket>,
    pub pages: u32,
}

#[derive(Wire)]
pub struct Model {
    url: Home,
    /// The text of the search field, until the list of this search is shown.
    typed: Option<String>,
    list: Tickets,
}

pub enum Msg {
    UrlChanged(Home, Tickets),
    Typed(String),
    Filtered(String),
}

impl Model {
    fn search(&self) -> &str {
        self.typed.as_ref().unwrap_or(&self.url.search)
    }

    fn first_page(&self) -> Home {
        Home { search: self.search().to_owned(), page: 0, ..self.url.clone() }
    }

    fn page(&self, page: u32) -> String {
        href(Home { page, ..self.url.clone() })
    }
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(url: Home, list: Tickets, _: &Site) -> Self {
        Self { url, typed: None, list }
    }

    fn on_url() -> Option<OnUrl<Self>> {
        Some(Msg::UrlChanged)
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::UrlChanged(url, list) => {
                // Text that was typed while this list was loading stays: its own list follows.
                self.typed = self.typed.take().filter(|typed| *typed != url.search);
                self.url = url;
                self.list = list;
                Effect::none()
            }
            Msg::Typed(search) => {
                self.typed = Some(search);
                let show = Effect::replace(self.first_page());
                Effect::debounce("filter", Duration::from_millis(300), show)
            }
            Msg::Filtered(status) => {
                self.url.status = status.parse().ok();
                // The same key, so that the last change of the filter wins.
                Effect::debounce("filter", Duration::ZERO, Effect::navigate(self.first_page()))
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Tickets" }
                p { a { href: href(NewTicket), "Open a ticket" } }
                form { method: "get", action: href(Home::default()), role: "search",
                    label {
                        "Search"
                        input {
                            r#type: "search",
                            name: "search",
                            value: self.search(),
                            oninput: dispatch.value(Msg::Typed),
                        }
                    }
                    label {
                        "Status"
                        select { name: "status", onchange: dispatch.value(Msg::Filtered),
                            option { value: "", "any" }
                            for status in Status::ALL {
                                option { value: "{status}", selected: self.url.status.as_ref() == Some(status),
                                    {status.label()}
                                }
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
                                    td { {ticket.status.label()} }
                                }
                            }
                        }
                    }
                }
                nav { aria_label: "Pages",
                    if self.url.page > 0 {
                        a { rel: "prev", href: self.page(self.url.page - 1), "Newer" }
                    }
                    "Page {self.url.page + 1} of {self.list.pages}"
                    if self.url.page + 1 < self.list.pages {
                        a { rel: "next", href: self.page(self.url.page + 1), "Older" }
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
async fn load(page: Home, cx: &crate::Cx, account: &crate::Account) -> Result<Tickets, LoadError> {
    let is_agent = crate::accounts::is_agent(cx, account).await?;
    let customer = (!is_agent).then_some(account.id);
    let filter = crate::desk::Filter { customer, status: page.status, search: &page.search };
    let (tickets, pages) = cx.state().tickets(filter, page.page).await?;
    Ok(Tickets { tickets, pages })
}
