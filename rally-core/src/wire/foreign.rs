//! Types of other crates. A feature of Rally enables the types of each crate.
//!
//! The types are encoded with their `Serialize`. If a new version of a crate
//! encodes a type differently, increase the number after `@` for this type.

macro_rules! foreign {
    ($feature:literal: $($type:ty = $name:literal),+ $(,)?) => {$(
        #[cfg(feature = $feature)]
        impl super::Wire for $type {
            fn shape(shape: &mut super::Shape) {
                shape.leaf(const { super::hash($name) });
                shape.lossy();
            }

            fn write(&self, to: &mut crate::codec::Writer) {
                to.foreign(|serializer| serde::Serialize::serialize(self, serializer));
            }

            fn read(
                from: &mut crate::codec::Reader<'_>,
            ) -> Result<Self, crate::codec::DecodeError> {
                from.foreign(|deserializer| serde::Deserialize::deserialize(deserializer))
            }
        }
    )+};
}

foreign! { "chrono":
    chrono::DateTime<chrono::Utc> = "chrono::DateTime<Utc>@1",
    chrono::DateTime<chrono::FixedOffset> = "chrono::DateTime<FixedOffset>@1",
    chrono::NaiveDateTime = "chrono::NaiveDateTime@1",
    chrono::NaiveDate = "chrono::NaiveDate@1",
    chrono::NaiveTime = "chrono::NaiveTime@1",
    chrono::TimeDelta = "chrono::TimeDelta@1",
    chrono::Weekday = "chrono::Weekday@1",
    chrono::Month = "chrono::Month@1",
}
foreign! { "time":
    time::OffsetDateTime = "time::OffsetDateTime@1",
    time::PrimitiveDateTime = "time::PrimitiveDateTime@1",
    time::UtcOffset = "time::UtcOffset@1",
    time::Date = "time::Date@1",
    time::Time = "time::Time@1",
    time::Duration = "time::Duration@1",
    time::Weekday = "time::Weekday@1",
    time::Month = "time::Month@1",
}
foreign! { "uuid": uuid::Uuid = "uuid::Uuid@1" }
foreign! { "url": url::Url = "url::Url@1" }
foreign! { "decimal": rust_decimal::Decimal = "rust_decimal::Decimal@1" }
