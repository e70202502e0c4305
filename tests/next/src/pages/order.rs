//! `/order`: a call with other types in the previous build, `tests/fixture`.

use rally::prelude::*;

use super::stock::Stock;

#[page]
pub struct Order;

#[derive(Wire)]
pub struct Model {
    log: Vec<String>,
}

#[derive(Clone)]
pub enum Msg {
    Buy,
    Bought(String),
}

impl Page for Model {
    type Route = Order;
    type Msg = Msg;

    fn init(_: Order, (): (), _: &ClientContext) -> Self {
        Self { log: Vec::new() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Buy => Buy { item: 7, coupon: 99, amount: 3 }.call(bought),
            Msg::Bought(text) => {
                self.log.push(text);
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        crate::layout::page(
            "Next order",
            rsx! {
                input { "aria-label": "Note" }
                button { onclick: move |_| dispatch(Msg::Buy), "Buy" }
                a { href: href(Stock), "Stock" }
                ol {
                    for line in &self.log {
                        li { "{line}" }
                    }
                }
            },
        )
    }
}

fn bought(reply: Reply<Buy>) -> Msg {
    Msg::Bought(match reply {
        Ok(bill) => format!("{} of {} for {} cents", bill.amount, bill.item, bill.cents),
        Err(failure) => failure.to_string(),
    })
}

/// Buys an item.
#[derive(Wire)]
pub struct Buy {
    pub item: u32,
    pub coupon: u32,
    pub amount: u32,
}

/// The purchase.
#[derive(Wire)]
pub struct Bill {
    item: u32,
    cents: u32,
    amount: u32,
}

#[server(public)]
async fn buy(msg: Buy, _: &crate::Cx) -> Result<Bill> {
    println!("bought {} of {} with coupon {}", msg.amount, msg.item, msg.coupon);
    Ok(Bill { item: msg.item, cents: 250, amount: msg.amount })
}
