//! Configuration: the environment an app runs in, and errors found at boot.

mod boot_error;
mod environment;

pub use boot_error::BootError;
pub use environment::Environment;
pub(crate) use environment::load_dotenv;
