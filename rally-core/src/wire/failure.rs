//! `Wire` for the failure of a call.

use super::{Shape, Wire, hash};
use crate::call::Failure;
use crate::codec::{DecodeError, DecodeErrorKind, Names, Reader, Writer};

/// A failure can be part of a message to the client context, which is `Wire`.
impl<E: Wire> Wire for Failure<E> {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Failure") });
        E::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::App(error) => to.variant("App", |to| error.write(to)),
            Self::Offline => to.text("Offline"),
            Self::TimedOut => to.text("TimedOut"),
            Self::Stale => to.text("Stale"),
            Self::Denied => to.text("Denied"),
            Self::SignedOut => to.text("SignedOut"),
            Self::Busy => to.text("Busy"),
            Self::Internal { trace_id } => to.variant("Internal", |to| trace_id.write(to)),
            Self::Rejected(text) => to.variant("Rejected", |to| text.write(to)),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.variant(FAILURES, |from, name, holds| match (name, holds) {
            ("App", true) => E::read(from).map(Self::App),
            ("Offline", false) => Ok(Self::Offline),
            ("TimedOut", false) => Ok(Self::TimedOut),
            ("Stale", false) => Ok(Self::Stale),
            ("Denied", false) => Ok(Self::Denied),
            ("SignedOut", false) => Ok(Self::SignedOut),
            ("Busy", false) => Ok(Self::Busy),
            ("Internal", true) => Ok(Self::Internal { trace_id: String::read(from)? }),
            ("Rejected", true) => String::read(from).map(Self::Rejected),
            _ => Err(from.error(DecodeErrorKind::UnknownVariant)),
        })
    }
}

const FAILURES: &Names = &Names {
    all: &[
        "App",
        "Offline",
        "TimedOut",
        "Stale",
        "Denied",
        "SignedOut",
        "Busy",
        "Internal",
        "Rejected",
    ],
    aliases: &[],
    known_only: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn every_failure_survives_the_codec() {
        for failure in [
            Failure::App(7_u8),
            Failure::Offline,
            Failure::TimedOut,
            Failure::Stale,
            Failure::Denied,
            Failure::SignedOut,
            Failure::Busy,
            Failure::Internal { trace_id: "a1".to_owned() },
            Failure::Rejected("why".to_owned()),
        ] {
            let bytes = encode(&failure).unwrap();
            assert_eq!(decode::<Failure<u8>>(&bytes).unwrap(), failure);
        }
    }
}
