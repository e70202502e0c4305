//! Databases of an app.

mod migrations;
