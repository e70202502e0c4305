use rally::prelude::*;

#[derive(Clone, Wire)]
#[serde(into = "String")]
pub struct Email(String);

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

fn main() {}
