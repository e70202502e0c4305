//! Valid frames and malformed variants of them.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;
use rally_core::codec::encode;
use rally_core::frame::{CallPage, ClientFrame, RequestId};

use crate::app::{Count, Echo, Kind, Nest, PAGES, Rich, frame, raw_frame};

/// All frames are shorter than this number of bytes.
pub const LONGEST: usize = 8 << 10;

/// A frame, and whether its reply has to be a value.
pub struct Frame {
    pub bytes: Vec<u8>,
    pub is_text: bool,
    pub is_whole: bool,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.bytes.escape_ascii())
    }
}

/// Markers of MessagePack, at and around their limits.
const MARKERS: [u8; 33] = [
    0x00, 0x01, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x95, 0x96, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1,
    0xc2, 0xc3, 0xc4, 0xc6, 0xc7, 0xca, 0xcb, 0xcc, 0xcf, 0xd3, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
    0xff,
];

pub fn frames(mut rng: Rng) -> impl Iterator<Item = Frame> {
    let mut last = Vec::new();
    (1..).map(move |number: u64| {
        let id = number as RequestId % RequestId::MAX + 1;
        let whole = whole(&mut rng, id);
        let mut frame_to_send = match rng.u8(..100) {
            0..10 => Frame { bytes: whole.clone(), is_text: false, is_whole: true },
            10..15 => malformed(noise(&mut rng)),
            15..25 => malformed(raw_frame::<Rich>(id, &value(&mut rng, 6))),
            25..30 => malformed(deep(&mut rng, id)),
            30..33 => malformed(unknown_or_stale(&mut rng, id)),
            33..35 => malformed(splice(&mut rng, &whole, &last)),
            35 => Frame { bytes: noise(&mut rng), is_text: true, is_whole: false },
            _ => malformed(mutate(&mut rng, whole.clone())),
        };
        assert!(whole.len() < LONGEST);
        frame_to_send.bytes.truncate(LONGEST - 1);
        last = whole;
        frame_to_send
    })
}

fn malformed(bytes: Vec<u8>) -> Frame {
    Frame { bytes, is_text: false, is_whole: false }
}

fn whole(rng: &mut Rng, id: RequestId) -> Vec<u8> {
    match rng.u8(..8) {
        0 => frame(id, &Echo(text(rng))),
        1 => frame(id, &Nest((0..rng.usize(..4)).map(|_| Nest(Vec::new())).collect())),
        2 => {
            frame(id, &Count((0..rng.usize(..4)).map(|_| rng.bool().then_some([7; 32])).collect()))
        }
        3 => {
            let entry = PAGES[1];
            let (page, fingerprint) = (entry.name, (entry.fingerprint)());
            ClientFrame::LoadPage { id, page, fingerprint, url: "/plain?a=b" }.to_bytes()
        }
        _ => frame(id, &rich(rng, 2)),
    }
}

fn rich(rng: &mut Rng, levels: u32) -> Rich {
    let inner = |rng: &mut Rng| {
        let many = if levels == 0 { 0 } else { rng.usize(..3) };
        (0..many).map(|_| rich(rng, levels - 1)).collect::<Vec<_>>()
    };
    Rich {
        numbers: (rng.u8(..), rng.i64(..), rng.f64(), rng.f32()),
        text: text(rng),
        letter: rng.char(..),
        bytes: (0..rng.usize(..20)).map(|_| rng.u8(..)).collect(),
        time: Duration::from_nanos(rng.u64(..)),
        map: (0..rng.usize(..4)).map(|_| (text(rng), rng.bool().then(|| rng.u16(..)))).collect(),
        set: (0..rng.usize(..4)).map(|_| rng.i32(..)).collect(),
        kind: match rng.u8(..4) {
            0 => Kind::Plain,
            1 => Kind::Holding(rng.u32(..)),
            2 => Kind::Named { first: rng.bool(), second: [rng.u8(..); 3] },
            _ => Kind::Result(Box::new(if rng.bool() { Ok(()) } else { Err(text(rng)) })),
        },
        inner: inner(rng),
    }
}

fn text(rng: &mut Rng) -> String {
    (0..rng.usize(..20)).map(|_| rng.char(..)).collect()
}

fn noise(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(..80)).map(|_| if rng.bool() { marker(rng) } else { rng.u8(..) }).collect()
}

fn marker(rng: &mut Rng) -> u8 {
    MARKERS[rng.usize(..MARKERS.len())]
}

fn value(rng: &mut Rng, levels: u32) -> Vec<u8> {
    let many = |rng: &mut Rng| if levels == 0 { 0 } else { rng.usize(..12) };
    match rng.u8(..8) {
        0 => encode(&rng.i64(..)).unwrap(),
        1 => encode(&text(rng)).unwrap(),
        2 => encode(&rng.f64()).unwrap(),
        3 => vec![0xc0 | rng.u8(..4)],
        4 => encode(&(0..rng.usize(..40)).map(|_| rng.u8(..)).collect::<Vec<_>>()).unwrap(),
        5 => {
            let many = many(rng);
            let mut bytes = vec![0x80 | many as u8];
            (0..2 * many).for_each(|_| bytes.extend(value(rng, levels - 1)));
            bytes
        }
        _ => {
            let many = many(rng);
            let mut bytes = vec![0x90 | many as u8];
            (0..many).for_each(|_| bytes.extend(value(rng, levels - 1)));
            bytes
        }
    }
}

/// Lists nested about as deep as the limit, or a list that claims to be long.
fn deep(rng: &mut Rng, id: RequestId) -> Vec<u8> {
    match rng.bool() {
        true => raw_frame::<Nest>(id, &vec![0x91; rng.usize(1..200)]),
        false => {
            let len = rng.u16(..3000);
            let mut body = vec![0xdc];
            body.extend(len.to_be_bytes());
            body.resize(3 + usize::from(len), 0xc0);
            raw_frame::<Count>(id, &body)
        }
    }
}

fn unknown_or_stale(rng: &mut Rng, id: RequestId) -> Vec<u8> {
    let (name, body) = (text(rng), noise(rng));
    let name = if rng.bool() { &*name } else { <Rich as rally::Call>::NAME };
    let url = text(rng);
    let page = match rng.u8(..3) {
        0 => CallPage::None,
        1 => CallPage::Shown(rng.u32(1..)),
        _ => CallPage::At(&url),
    };
    ClientFrame::Call { id, name, fingerprint: rng.u64(..), page, body: &body }.to_bytes()
}

/// The beginning of one frame and the end of another.
fn splice(rng: &mut Rng, one: &[u8], other: &[u8]) -> Vec<u8> {
    let (from, to) = (rng.usize(..=one.len()), rng.usize(..=other.len()));
    [&one[..from], &other[to..]].concat()
}

fn mutate(rng: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..rng.usize(1..4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.usize(..bytes.len());
        match rng.u8(..7) {
            0 => bytes[at] ^= 1 << rng.u8(..8),
            1 => bytes[at] = marker(rng),
            2 => bytes[at] = rng.u8(..),
            3 => bytes.truncate(at),
            4 => bytes.insert(at, marker(rng)),
            5 => drop(bytes.remove(at)),
            _ => {
                let end = rng.usize(at..=bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}
