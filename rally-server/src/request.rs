//! The content of a request: its headers, cookies, forms and files.

pub(crate) mod body;
pub(crate) mod cookie;
pub(crate) mod document;
pub(crate) mod flash;
pub(crate) mod form_body;
pub(crate) mod info;
pub(crate) mod preferences;
pub(crate) mod session_id;
pub(crate) mod uploads;

pub use cookie::{Cookie, CookieError, SameSite};
pub use session_id::{ParseSessionIdError, SessionId};
pub use uploads::{Upload, Uploads};
