//! Values of forms from other crates. A feature of Rally enables the types of each crate.

#[cfg(feature = "chrono")]
mod dates {
    use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

    use crate::form::items::check_range;
    use crate::form::{FieldError, FormItem, Kind, Rules};

    parsed!(NaiveDate: Kind::Input("date"), "a date", |_| true);
    parsed!(NaiveTime: Kind::Input("time"), "a time", |_| true);

    impl FormItem for NaiveDateTime {
        const KIND: Kind = Kind::Input("datetime-local");
        const EXPECTED: &'static str = "a date and a time";

        fn from_text(text: &str) -> Option<Self> {
            // Browsers omit seconds that are zero.
            text.parse().or_else(|_| Self::parse_from_str(text, "%Y-%m-%dT%H:%M")).ok()
        }

        fn to_text(&self) -> String {
            self.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
        }

        fn check(&self, rules: &Rules) -> Result<(), FieldError> {
            check_range(self, rules)
        }
    }
}

#[cfg(feature = "decimal")]
mod decimal {
    use crate::form::{FieldError, FormItem, Kind, Rules};

    parsed!(rust_decimal::Decimal: Kind::Number(false), "a number", |_| true);
}

#[cfg(feature = "uuid")]
mod uuid {
    use crate::form::{FieldError, FormItem, Kind, Rules};

    parsed!(uuid::Uuid: Kind::Text, "a UUID", |_| true);
}

/// An address with any scheme. A link to it may run a script: check the scheme before the app
/// shows a link, or use a `String` with `#[form(url)]`.
#[cfg(feature = "url")]
impl super::FormItem for url::Url {
    const KIND: super::Kind = super::Kind::Input("url");
    const EXPECTED: &'static str = "a web address, such as https://example.com";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}
