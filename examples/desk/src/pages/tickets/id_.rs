//! `/tickets/:id`: a ticket with its comments.

use rally::prelude::*;

use crate::Site;
use crate::ticket::{Comment, Status, Ticket};

#[page(loader, signed_in, authorize = may_see)]
pub struct TicketPage {
    pub id: i64,
}

#[derive(Wire)]
pub struct Model {
    ticket: Ticket,
    comments: Vec<Comment>,
    form: FormState<AddComment>,
}

pub enum Msg {
    Submitted(Submitted<AddComment>),
    Commented(Reply<AddComment>),
    Change(SetSolved),
    /// The status before the change, and the reply.
    Stored(Status, Reply<SetSolved>),
}

impl Page for Model {
    type Route = TicketPage;
    type Msg = Msg;

    fn init(_: TicketPage, (ticket, comments): (Ticket, Vec<Comment>), _: &Site) -> Self {
        Self { ticket, comments, form: FormState::default() }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Submitted(form) => self.form.submit(form, Msg::Commented),
            Msg::Commented(reply) => self.form.answer_and_reset(reply, |(comment, status)| {
                self.comments.push(comment);
                self.ticket.status = status;
                Effect::none()
            }),
            // The new status is shown at once, and taken back if the server refuses it.
            Msg::Change(change) => {
                let status = if change.solved { Status::Solved } else { Status::Open };
                let before = std::mem::replace(&mut self.ticket.status, status);
                change.call(move |reply| Msg::Stored(before, reply))
            }
            Msg::Stored(_, Ok(())) => Effect::clear_flash(),
            Msg::Stored(before, Err(failure)) => {
                self.ticket.status = before;
                Effect::flash(failure.to_string())
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        let is_agent = client.user.as_ref().is_some_and(|user| user.is_agent);
        rsx! {
            main {
                h1 { "{self.ticket.title}" }
                p { "{self.ticket.customer}, {self.ticket.status.label()}" }
                for comment in &self.comments {
                    article { key: "{comment.id}",
                        p { "{comment.text}" }
                        for file in &comment.attachments {
                            p { key: "{file.file}",
                                a { href: "/attachments/{file.file}", "{file.name}" }
                            }
                        }
                        footer { "{comment.author}" }
                    }
                }
                if self.ticket.status != Status::Closed {
                    if is_agent {
                        {self.status_form(dispatch)}
                    }
                    form { ..dispatch.form(Msg::Submitted),
                        {self.form.field(AddComment::TEXT, "Answer")}
                        {self.form.field(AddComment::FILES, "Files")}
                        {self.form.problem()}
                        button { "Send" }
                    }
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title(format!("{} - Desk", self.ticket.title))
    }
}

impl Model {
    fn status_form(&self, dispatch: Dispatch<Msg>) -> Element {
        let solved = self.ticket.status == Status::Open;
        let label = if solved { "Mark as solved" } else { "Open again" };
        rsx! {
            form { ..dispatch.post(SetSolved { solved }, Msg::Change), button { "{label}" } }
        }
    }
}

/// Adds a comment to the ticket of the page. The reply has the comment and the status after it.
#[derive(Wire, Form)]
pub struct AddComment {
    #[form(multiline, trim, max = 5000)]
    pub text: String,
    pub files: Vec<rally::File>,
}

#[server(page)]
async fn add_comment(
    msg: AddComment,
    cx: &crate::Cx,
    account: &crate::Account,
) -> Result<(Comment, Status), CallError<FieldErrors>> {
    msg.check()?;
    let id = cx.page::<TicketPage>()?.id;
    let attachments = crate::desk::store(&msg.files, cx).await?;
    let comment = cx.state().comment(id, account, &msg.text, &attachments).await?;
    let comment = comment.or_reject(FieldErrors::problem("This ticket is closed."))?;
    let author = account.name.clone();
    let status = cx.state().ticket(id).await?.map_or(Status::Open, |(ticket, _)| ticket.status);
    Ok((Comment { id: comment, author, text: msg.text, attachments }, status))
}

/// Solves the ticket of the page, or opens it again.
#[derive(Clone, Wire, Form)]
pub struct SetSolved {
    pub solved: bool,
}

/// The ticket is closed.
#[derive(Debug, Wire, PartialEq, thiserror::Error)]
#[error("This ticket is closed.")]
pub struct Closed;

#[server(page, authorize = crate::accounts::is_agent)]
async fn set_solved(msg: SetSolved, cx: &crate::Cx) -> Result<(), CallError<Closed>> {
    let id = cx.page::<TicketPage>()?.id;
    let status = if msg.solved { Status::Solved } else { Status::Open };
    match cx.state().set_status(id, status).await? {
        true => Ok(()),
        false => reject(Closed),
    }
}

/// Admits agents, and the customer of the ticket.
#[server_only]
async fn may_see(page: &TicketPage, cx: &crate::Cx, account: &crate::Account) -> Result<bool> {
    let ticket = cx.state().ticket(page.id).await?;
    // A ticket that does not exist is refused alike, so that nobody can count tickets.
    let is_own = ticket.is_some_and(|(_, customer)| customer == account.id);
    Ok(is_own || crate::accounts::is_agent(cx, account).await?)
}

#[loader(page)]
async fn load(page: TicketPage, cx: &crate::Cx) -> Result<(Ticket, Vec<Comment>), LoadError> {
    let (ticket, _) = cx.state().ticket(page.id).await?.ok_or(LoadError::NotFound)?;
    Ok((ticket, cx.state().comments(page.id).await?))
}
