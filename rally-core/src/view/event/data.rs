//! The macro that defines the data of events.

/// Defines a struct of public fields, and encodes it as the list of its fields.
macro_rules! data {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::wire::Wire for $name {
            fn shape(shape: &mut $crate::wire::Shape) {
                shape.leaf(const { $crate::wire::hash(stringify!($name)) });
                $(<$type as $crate::wire::Wire>::shape(shape);)*
            }

            fn write(&self, to: &mut $crate::codec::Writer) {
                to.list($crate::view::event::data::fields!($($field)*), |to| {
                    let _ = &to;
                    $($crate::wire::Wire::write(&self.$field, to);)*
                });
            }

            fn read(
                from: &mut $crate::codec::Reader<'_>,
            ) -> Result<Self, $crate::codec::DecodeError> {
                from.tuple($crate::view::event::data::fields!($($field)*), |from| {
                    let _ = &from;
                    Ok(Self { $($field: $crate::wire::Wire::read(from)?,)* })
                })
            }
        }
    };
}

/// Counts fields.
macro_rules! fields {
    ($($field:ident)*) => {{
        const FIELDS: &[&str] = &[$(stringify!($field)),*];
        FIELDS.len()
    }};
}

pub(super) use {data, fields};
