//! `docs/wire.md`, compared with the code: every example, every code and every
//! number.

mod frames;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt::Debug;
use std::num::NonZero;
use std::time::Duration;

use rally::{Call, DecodeLimits, FormLimits, Limits, Never, Wire};
use rally_core::call::call_fingerprint;
use rally_core::codec::{DecodeErrorKind, MAX_DEPTH, decode, encode};
use rally_core::effect::CallRequest;
use rally_core::frame::{CallPage, ClientFrame, Refusal, ServerFrame};
use rally_core::wire::fingerprint;

use crate::app::{Echo, Fail, PAGES, frame, limited, request, test_app};
use crate::auth::site::Pay;

const DOC: &str = include_str!("../../../docs/wire.md");
const THIS: &str = include_str!("doc.rs");

#[derive(Debug, Wire)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Wire)]
struct Meters(f64);

#[derive(Debug, Wire)]
struct Named(String, Point);

#[derive(Debug, Wire)]
struct Nothing;

#[derive(Debug, Wire)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Debug, Wire)]
enum Change {
    Clear,
    Grow(f64),
    Move(i32, i32),
    Label { text: String, size: u8 },
}

#[derive(Debug, Wire)]
#[serde(rename_all = "snake_case")]
enum Access {
    ReadOnly,
    #[serde(rename = "all")]
    Everything,
}

#[derive(Debug, Wire)]
struct Session {
    user: u32,
    #[serde(skip)]
    cached: Option<String>,
}

#[derive(Debug, Wire)]
struct Cached<T> {
    value: T,
    #[serde(skip)]
    at: u64,
}

/// Skipped fields are otherwise unused.
const _: fn(Session) -> Option<String> = |session| session.cached;
const _: fn(Cached<u8>) -> u64 = |cached| cached.at;

struct Type {
    name: &'static str,
    fingerprint: fn() -> u64,
    read: fn(&[u8]) -> Read,
}

/// The value as text, and its bytes when it is written again.
type Read = Result<(String, Vec<u8>), DecodeErrorKind>;

fn read<T: Wire + Debug>(bytes: &[u8]) -> Read {
    let value: T = decode(bytes).map_err(|error| error.kind())?;
    Ok((format!("{value:?}"), encode(&value).unwrap()))
}

macro_rules! types {
    ($($type:ty),+ $(,)?) => {
        &[$(Type { name: stringify!($type), fingerprint: fingerprint::<$type>, read: read::<$type> }),+]
    };
}

const TYPES: &[Type] = types![
    (), bool, char, String, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64,
    NonZero<u16>, Duration, Option<u8>, Option<Point>, Result<u8, String>, Never, Box<Point>,
    Vec<i32>, Vec<u8>, VecDeque<u8>, [i32; 2], [u8; 2], (u8, String), BTreeSet<u8>,
    BTreeMap<String, u8>, HashMap<u8, bool>, BTreeMap<String, Vec<Option<u8>>>,
    Point, Meters, Named, Nothing, Tree, Change, Access, Session, Cached<u8>,
    (Point, Point),
];

fn type_of(name: &str) -> &'static Type {
    let known = TYPES.iter().find(|known| known.name == name);
    known.unwrap_or_else(|| panic!("the test does not know the type `{name}` of the document"))
}

/// The text of each block of a form, such as ```` ```values ````.
fn blocks(form: &str) -> Vec<&'static str> {
    let fenced = DOC.split("\n```").skip(1).step_by(2);
    let (forms, texts): (Vec<_>, Vec<_>) =
        fenced.map(|block| block.split_once('\n').unwrap()).unzip();
    const FORMS: [&str; 11] = [
        "rust",
        "values",
        "reads",
        "refused",
        "fingerprints",
        "client",
        "server",
        "flags",
        "text",
        "socket",
        "http",
    ];
    for form in &forms {
        assert!(FORMS.contains(form), "the document has a block with an unknown form: {form:?}");
    }
    let of_form = forms.into_iter().zip(texts).filter(|(found, _)| *found == form);
    of_form.map(|(_, text)| text).collect()
}

/// The lines of all blocks of a form, split into `N` columns.
fn rows<const N: usize>(form: &str) -> Vec<[&'static str; N]> {
    let lines = blocks(form).into_iter().flat_map(str::lines);
    let row = |line: &'static str| {
        let cells: Vec<_> =
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.try_into().unwrap_or_else(|_| panic!("{form}: not {N} columns: {line}"))
    };
    lines.map(row).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |pair| u8::from_str_radix(pair, 16).unwrap_or_else(|_| panic!("not hex: {pair}"));
    text.split_whitespace().map(byte).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

#[test]
fn values_have_the_documented_bytes() {
    let rows = rows::<3>("values");
    for [name, value, bytes] in &rows {
        let (found, written) = (type_of(name).read)(&hex(bytes)).unwrap();
        assert_eq!((&*found, &*to_hex(&written)), (*value, *bytes), "{name}");
    }
    assert!(rows.len() > 50, "{} values: has the format changed?", rows.len());
}

#[test]
fn longer_encodings_are_read_too() {
    let rows = rows::<3>("reads");
    for [name, value, bytes] in &rows {
        let (found, written) = (type_of(name).read)(&hex(bytes)).unwrap();
        assert_eq!(found, *value, "{name} {bytes}");
        assert_ne!(to_hex(&written), *bytes, "{name}: this example belongs to `values`");
    }
    assert!(rows.len() >= 10, "{} values: has the format changed?", rows.len());
}

#[test]
fn malformed_bytes_are_refused_with_the_documented_code() {
    let rows = rows::<3>("refused");
    for [name, kind, bytes] in &rows {
        let found = (type_of(name).read)(&hex(bytes)).unwrap_err();
        assert_eq!(found.code(), *kind, "{name} {bytes}");
    }
    assert!(rows.len() > 15, "{} values: has the format changed?", rows.len());
}

/// The algorithm of the document, written independently of the code.
fn compute_fingerprint(mixed: &str) -> u64 {
    let fnv = |begin: u64, bytes: &[u8]| {
        bytes.iter().fold(begin, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100000001b3))
    };
    let begin = 0xcbf29ce484222325;
    // Every second part is between quotes.
    let parts = mixed.split('"').enumerate().flat_map(|(index, part)| match index % 2 {
        1 => vec![fnv(begin, part.as_bytes())],
        _ => part.split_whitespace().map(|number| number.parse().unwrap()).collect(),
    });
    parts.fold(begin, |hash, number| fnv(hash, &number.to_le_bytes()))
}

#[test]
fn types_have_the_documented_fingerprints() {
    let rows = rows::<3>("fingerprints");
    for [name, print, mixed] in &rows {
        let found = match *name {
            Echo::NAME => call_fingerprint::<Echo>(),
            Fail::NAME => call_fingerprint::<Fail>(),
            page if page == PAGES[0].name => (PAGES[0].fingerprint)(),
            name => (type_of(name).fingerprint)(),
        };
        assert_eq!(format!("{found:#018x}"), *print, "{name}");
        assert_eq!(format!("{:#018x}", compute_fingerprint(mixed)), *print, "{name}: {mixed}");
    }
    assert!(rows.len() >= 20, "{} fingerprints: has the format changed?", rows.len());
}

#[test]
fn every_type_of_the_test_is_in_the_document() {
    let documented_types = ["values", "refused", "fingerprints"].into_iter().flat_map(rows::<3>);
    let documented_types: BTreeSet<_> = documented_types.map(|[name, ..]| name).collect();
    for Type { name, .. } in TYPES {
        assert!(documented_types.contains(name), "the document has no example of `{name}`");
    }
    let [definitions] = *blocks("rust") else {
        panic!("the document needs one block of Rust with the definitions")
    };
    for definition in definitions.split("\n\n") {
        let here = format!("#[derive(Debug, Wire)]\n{}\n", definition.trim());
        assert!(THIS.contains(&here), "the test has another definition than:\n{definition}");
    }
}

/// The rows of the table with this first column.
fn table(first: &str) -> Vec<Vec<&'static str>> {
    let start =
        DOC.find(&format!("\n| {first} |")).unwrap_or_else(|| panic!("no table of {first}"));
    let rows = DOC[start + 1..].lines().take_while(|line| line.starts_with('|')).skip(2);
    let cells =
        |row: &'static str| row.trim_matches('|').split('|').map(|it| it.trim().trim_matches('`'));
    rows.map(|row| cells(row).collect()).collect()
}

fn refusals() -> [Refusal; 12] {
    use Refusal::*;
    let all = [
        Malformed { kind: DecodeErrorKind::Text },
        Unknown,
        Stale,
        Denied,
        SignIn { url: String::new() },
        OtherPage,
        OverHttp,
        NotFound,
        Redirect { url: String::new() },
        TooLarge,
        Busy,
        Internal { trace_id: String::new() },
    ];
    // This match does not compile if a variant is missing above.
    match &all[0] {
        Malformed { .. }
        | Unknown
        | Stale
        | Denied
        | SignIn { .. }
        | OtherPage
        | OverHttp
        | NotFound
        | Redirect { .. }
        | TooLarge
        | Busy
        | Internal { .. } => all,
    }
}

/// A new kind fails to compile here until it is in the list and in the document.
fn kinds() -> [DecodeErrorKind; 14] {
    use DecodeErrorKind::*;
    match DecodeErrorKind::ALL[0] {
        Truncated | Trailing | WrongType | OutOfRange | InvalidUtf8 | UnknownVariant
        | DuplicateKey | Invalid | Depth | Values | Memory | UnknownKind | RequestId | Text => {
            DecodeErrorKind::ALL
        }
    }
}

#[test]
fn every_code_is_in_its_table() {
    let codes: Vec<_> = table("code").iter().map(|row| row[0]).collect();
    assert_eq!(codes, refusals().map(|refusal| refusal.code()));
    let codes: Vec<_> = table("decode error").iter().map(|row| row[0]).collect();
    assert_eq!(codes, kinds().map(DecodeErrorKind::code));
}

#[tokio::test]
async fn refusals_have_the_documented_status_codes() {
    let app = &test_app();
    let full = &limited(Limits { calls: 0, ..Limits::default() });
    let call = |name, fingerprint| {
        ClientFrame::Call { id: 1, name, fingerprint, page: CallPage::None, body: b"\xc0" }
            .to_bytes()
    };
    let mut found = BTreeMap::new();
    let (site, _) = crate::auth::site::site();
    let of_page = CallRequest::of(&crate::auth::site::open::OfPage(1)).unwrap();
    let origin: &[_] = &[("host", "a.example"), ("origin", "https://b.example")];
    for (app, headers, body) in [
        (app, &[][..], Vec::new()),
        (app, &[], call("nothing", 1)),
        (app, &[], call(Echo::NAME, 1)),
        (app, origin, Vec::new()),
        (app, &[], frame(1, &Pay(1))),
        (&site, &[], of_page.to_frame(1, CallPage::At("/nowhere"))),
        (app, &[], vec![0; (1 << 20) + 1]),
        (full, &[], frame(1, &Fail(1))),
        (app, &[], frame(1, &Fail(1))),
    ] {
        let response = app.request(request("POST", "/rpc", headers, body)).await;
        let ServerFrame::Refused { refusal, .. } = ServerFrame::read(response.bytes()).unwrap()
        else {
            panic!("expected a refusal, got {:?}", response.bytes())
        };
        found.insert(refusal.code(), response.status().as_u16().to_string());
    }
    for row in table("code") {
        let never = "–".to_owned();
        assert_eq!(row[2], found.get(row[0]).unwrap_or(&never), "{}", row[0]);
    }
}

#[test]
fn limits_have_the_documented_defaults() {
    let Limits {
        frame,
        decode,
        in_flight,
        calls,
        per_second,
        burst,
        malformed,
        idle,
        write,
        header,
        body,
        form: FormLimits { file, files, spooled, text: _, fields: _ },
    } = Limits::default();
    let DecodeLimits { values, memory_factor, memory_floor } = decode;
    let seconds = |duration: Duration| format!("{} s", duration.as_secs());
    let expected = [
        ("frame", format!("{frame} bytes")),
        ("decode.values", format!("{values} values")),
        ("decode.memory_floor", format!("{memory_floor} bytes")),
        ("decode.memory_factor", format!("{memory_factor} bytes per byte")),
        ("in_flight", format!("{in_flight} requests")),
        ("calls", format!("{calls} calls")),
        ("per_second", format!("{per_second} messages per second")),
        ("burst", format!("{burst} messages")),
        ("malformed", format!("{malformed} messages")),
        ("idle", seconds(idle)),
        ("write", seconds(write)),
        ("header", seconds(header)),
        ("body", seconds(body)),
        ("form.file", format!("{file} bytes")),
        ("form.files", format!("{files} files")),
        ("form.spooled", format!("{spooled} bytes")),
        ("depth", format!("{MAX_DEPTH} levels")),
    ];
    let documented: Vec<_> =
        table("limit").into_iter().map(|row| (row[0], row[1].replace(',', ""))).collect();
    assert_eq!(documented, expected);
}
