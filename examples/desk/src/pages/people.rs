//! `/people`: the accounts, whose roles an agent can change.

use rally::prelude::*;

use crate::Site;
use crate::ticket::Role;

#[page(loader, signed_in, authorize = crate::accounts::is_agent)]
pub struct People;

#[derive(Wire)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub role: Role,
}

#[derive(Wire)]
pub struct Model {
    people: Vec<Person>,
}

pub enum Msg {
    Change(SetRole),
    Stored(Reply<SetRole>),
}

impl Page for Model {
    type Route = People;
    type Msg = Msg;

    fn init(_: People, people: Vec<Person>, _: &Site) -> Self {
        Self { people }
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Change(change) => change.call(Msg::Stored),
            Msg::Stored(Ok(people)) => {
                self.people = people;
                Effect::flash("The role has changed.")
            }
            Msg::Stored(Err(failure)) => Effect::flash(failure.to_string()),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &Site) -> Element {
        rsx! {
            main {
                h1 { "People" }
                for person in &self.people {
                    {row(person, dispatch)}
                }
            }
        }
    }

    fn head(&self, _: &Site) -> Head {
        Head::title("People - Desk")
    }
}

fn row(person: &Person, dispatch: Dispatch<Msg>) -> Element {
    let (role, label) = match person.role {
        Role::Customer => (Role::Agent, "Make an agent"),
        Role::Agent => (Role::Customer, "Make a customer"),
    };
    let change = SetRole { account: person.id, role };
    rsx! {
        form { key: "{person.id}", ..dispatch.post(change, Msg::Change),
            "{person.name}, {person.role.label()} "
            button { "{label}" }
        }
    }
}

/// Changes the role of an account. The reply has all accounts.
#[derive(Clone, Wire, Form)]
pub struct SetRole {
    pub account: i64,
    pub role: Role,
}

#[server(page)]
async fn set_role(msg: SetRole, cx: &crate::Cx) -> Result<Vec<Person>> {
    cx.state().set_role(msg.account, msg.role).await?;
    people(cx).await
}

#[loader(page)]
async fn load(_: People, cx: &crate::Cx) -> Result<Vec<Person>, LoadError> {
    Ok(people(cx).await?)
}

#[server_only]
async fn people(cx: &crate::Cx) -> Result<Vec<Person>> {
    let accounts = cx.state().accounts().await?.into_iter();
    Ok(accounts
        .map(|account| Person { id: account.id, name: account.name, role: account.role })
        .collect())
}
