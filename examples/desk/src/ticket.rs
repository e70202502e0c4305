//! The types that browser and server share.

use rally::prelude::*;

/// A row of the list of tickets.
#[derive(Debug, PartialEq, Wire)]
pub struct Ticket {
    pub id: i64,
    pub title: String,
    /// The name of the customer.
    pub customer: String,
    pub status: Status,
}

#[derive(Debug, PartialEq, Wire)]
pub struct Comment {
    pub id: i64,
    /// The name of the author.
    pub author: String,
    pub text: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, PartialEq, Wire)]
pub struct Attachment {
    /// The name below `/attachments`.
    pub file: String,
    /// The name that the visitor's file had.
    pub name: String,
}

/// The state of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Wire, Form)]
#[form(text)]
pub enum Status {
    Open,
    Solved,
    /// Solved a week ago. A closed ticket does not change.
    Closed,
}

/// The rights of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Wire, Form)]
#[form(text)]
pub enum Role {
    /// Sees their own tickets.
    Customer,
    /// Sees and solves all tickets.
    Agent,
}
