//! Integers as text, without `core::fmt`.

/// An integer of at most 64 bits.
pub(super) trait Integer: Copy {
    /// Returns `true` for a negative number, and the absolute value.
    fn parts(self) -> (bool, u64);
}

macro_rules! integers {
    ($($type:ty, $value:ident => $parts:expr;)*) => {$(
        impl Integer for $type {
            #[inline]
            fn parts(self) -> (bool, u64) {
                let $value = self;
                $parts
            }
        }
    )*};
}

integers! {
    u8, value => (false, u64::from(value));
    u16, value => (false, u64::from(value));
    u32, value => (false, u64::from(value));
    u64, value => (false, value);
    usize, value => (false, value as u64);
    i8, value => (value < 0, u64::from(value.unsigned_abs()));
    i16, value => (value < 0, u64::from(value.unsigned_abs()));
    i32, value => (value < 0, u64::from(value.unsigned_abs()));
    i64, value => (value < 0, value.unsigned_abs());
    isize, value => (value < 0, value.unsigned_abs() as u64);
}

/// The longest decimal number of 64 bits has 20 characters, with its sign.
#[derive(Default)]
pub(super) struct Digits([u8; 20]);

impl Digits {
    #[inline]
    pub(super) fn write(&mut self, value: impl Integer) -> &str {
        let (negative, mut rest) = value.parts();
        let mut at = self.0.len();
        loop {
            at -= 1;
            self.0[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if negative {
            at -= 1;
            self.0[at] = b'-';
        }
        str::from_utf8(&self.0[at..]).unwrap_or_default()
    }
}

pub(super) fn to_string(value: impl Integer) -> String {
    Digits::default().write(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_as_std_writes_them() {
        for value in [0, 1, -1, 9, 10, 4711, i64::MIN, i64::MAX] {
            assert_eq!(to_string(value), value.to_string());
        }
        assert_eq!(to_string(u64::MAX), u64::MAX.to_string());
        assert_eq!(to_string(i8::MIN), "-128");
    }
}
