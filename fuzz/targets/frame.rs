//! Frames: any input that decodes must be equal after encoding and decoding
//! again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rally_core::flags::Flags;
use rally_core::frame::{ClientFrame, ServerFrame};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = ClientFrame::read(bytes) {
        assert_eq!(ClientFrame::read(&frame.to_bytes()), Ok(frame));
    }
    if let Ok(frame) = ServerFrame::read(bytes) {
        assert_eq!(ServerFrame::read(&frame.to_bytes()), Ok(frame));
    }
    if let Some(flags) = Flags::read(bytes) {
        assert_eq!(Flags::read(&flags.to_bytes()), Some(flags));
    }
});
