//! `/tickets/new`: a form for a new ticket.

use rally::prelude::*;

use super::id_::TicketPage;
use crate::Site;

#[page(signed_in)]
pub struct NewTicket;

#[derive(Wire)]
pub struct Model {
    form: FormState<Open>,
}

pub enum Msg {
    Submitted(Submitted<Open>),
    Opened(Reply<Open>),
}

impl Page for Model {
    type Route = NewTicket;
    type Msg = Msg;

    fn init(_: NewTicket, _: (), _: &Site) -> Self {
        Self { form: FormState::default() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(form) => self.form.submit(form, Msg::Opened),
            Msg::Opened(reply) => self.form.answer(reply, |id| {
                Effect::batch([
                    Effect::flash("Your ticket is open."),
                    Effect::navigate(TicketPage { id }),
                ])
            }),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "Open a ticket" }
                form { ..dispatch.form(Msg::Submitted),
                    {self.form.field(Open::TITLE, "Title")}
                    {self.form.field(Open::TEXT, "Description")}
                    {self.form.field(Open::FILES, "Files")}
                    {self.form.problem()}
                    button { "Open" }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("New ticket - Desk")
    }
}

/// Opens a ticket.
#[derive(Wire, Form)]
pub struct Open {
    #[form(trim, max = 100)]
    pub title: String,
    #[form(multiline, trim, max = 5000)]
    pub text: String,
    pub files: Vec<rally::File>,
}

#[server(signed_in)]
async fn open(
    msg: Open,
    cx: &crate::Cx,
    account: &crate::Account,
) -> Result<i64, CallError<FieldErrors>> {
    msg.check()?;
    let attachments = crate::desk::store(&msg.files, cx).await?;
    Ok(cx.state().open(account.id, &msg.title, &msg.text, &attachments).await?)
}
