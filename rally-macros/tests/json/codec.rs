//! The items that expansions of `derive(Wire)` name, for JSON: only those that
//! the test needs, and none of MessagePack.

use std::fmt::Display;
use std::iter::Peekable;
use std::mem;
use std::str::Chars;

/// As in rally-core.
pub trait Wire: Sized + 'static {
    const CAN_BE_NIL: bool = false;
    fn shape(shape: &mut Shape);
    fn write(&self, to: &mut Writer);
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError>;
    fn variant_name(&self) -> Option<&'static str> {
        None
    }
}

/// A stub: this test does not use fingerprints.
pub struct Shape;

impl Shape {
    pub fn defined<T: 'static>(&mut self, _: u64, _: fn(&mut Self)) {}
    pub fn lossy(&mut self) {}
}

pub const fn hash(_: &str) -> u64 {
    0
}

pub struct Field<T> {
    pub shape: fn(&mut Shape),
    pub write: fn(&T, &mut Writer),
    pub read: fn(&mut Reader<'_>) -> Result<T, DecodeError>,
}

pub const fn field<T: Wire>() -> Field<T> {
    let _ = T::CAN_BE_NIL;
    Field { shape: T::shape, write: T::write, read: T::read }
}

/// As in rally-core.
pub struct Names {
    pub all: &'static [&'static str],
    pub aliases: &'static [(&'static str, usize)],
    pub known_only: bool,
}

impl Names {
    fn find(&self, name: &str) -> Option<usize> {
        let alias = || self.aliases.iter().find(|(alias, _)| *alias == name).map(|(_, at)| *at);
        self.all.iter().position(|known| *known == name).or_else(alias)
    }
}

pub enum DecodeErrorKind {
    UnknownVariant,
}

/// A path, and the error at that path.
pub type DecodeError = String;

type Read<T> = Result<T, DecodeError>;

pub fn to_json<T: Wire>(value: &T) -> String {
    let mut to = Writer::default();
    value.write(&mut to);
    to.json
}

pub fn to_json_redacted<T: Wire>(value: &T) -> String {
    let mut to = Writer { hides_secrets: true, ..Writer::default() };
    value.write(&mut to);
    to.json
}

pub fn from_json<T: Wire>(json: &str) -> Read<T> {
    from_json_reporting(json, &mut Vec::new())
}

/// Reads a document, and adds the paths of skipped fields to a list.
pub fn from_json_reporting<T: Wire>(json: &str, skipped: &mut Vec<String>) -> Read<T> {
    let value = parse(&mut json.chars().peekable());
    T::read(&mut Reader { value: &value, level: Level::None, path: String::new(), skipped })
}

/// Writes JSON to a text.
#[derive(Default)]
pub struct Writer {
    json: String,
    names: &'static [&'static str],
    hides_secrets: bool,
}

impl Writer {
    pub fn fields(&mut self, names: &'static [&'static str], fields: impl FnOnce(&mut Self)) {
        let outer = mem::replace(&mut self.names, names);
        self.within(['{', '}'], fields);
        self.names = outer;
    }

    pub fn tuple(&mut self, _: usize, fields: impl FnOnce(&mut Self)) {
        let outer = mem::take(&mut self.names);
        self.within(['[', ']'], fields);
        self.names = outer;
    }

    pub fn field(&mut self, place: usize) {
        self.comma(place);
        if let Some(name) = self.names.get(place) {
            self.text(name);
            self.json.push(':');
        }
    }

    pub fn unit(&mut self) {
        self.json += "null";
    }

    pub fn unit_variant(&mut self, name: &'static str) {
        self.text(name);
    }

    pub fn variant(&mut self, name: &'static str, payload: impl FnOnce(&mut Self)) {
        self.within(['{', '}'], |to| {
            to.text(name);
            to.json.push(':');
            payload(to);
        });
    }

    pub fn secret(&mut self, value: impl FnOnce(&mut Self)) {
        if self.hides_secrets {
            return self.text("[redacted]");
        }
        value(self);
    }

    pub fn foreign(&mut self, write: impl FnOnce(&mut Value)) {
        let mut value = Value::Null;
        write(&mut value);
        match value {
            Value::Text(text) => self.text(&text),
            _ => self.unit(),
        }
    }

    fn comma(&mut self, place: usize) {
        if place > 0 {
            self.json.push(',');
        }
    }

    fn within(&mut self, [open, close]: [char; 2], inner: impl FnOnce(&mut Self)) {
        self.json.push(open);
        inner(self);
        self.json.push(close);
    }

    fn text(&mut self, text: &str) {
        self.json += &format!("{text:?}");
    }
}

/// Reads the value at a position of a document.
pub struct Reader<'a> {
    value: &'a Value,
    level: Level<'a>,
    path: String,
    skipped: &'a mut Vec<String>,
}

/// The struct whose fields are being read.
#[derive(Clone, Copy)]
enum Level<'a> {
    None,
    Named(&'static Names, &'a [(String, Value)]),
    Tuple(&'a [Value]),
}

impl<'a> Reader<'a> {
    pub fn fields<T>(
        &mut self,
        names: &'static Names,
        fields: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        let Value::Object(pairs) = self.value else { return self.wrong("not an object") };
        let outer = mem::replace(&mut self.level, Level::Named(names, pairs));
        let read = match names.known_only {
            true => self
                .unknown(names, pairs)
                .map_or(Ok(()), |path| Err(format!("{path}: there is no such field"))),
            false => Ok(()),
        };
        let value = read.and_then(|()| fields(self))?;
        // The end of the struct.
        let skipped = self.unknown(names, pairs);
        self.skipped.extend(skipped);
        self.level = outer;
        Ok(value)
    }

    fn unknown(&self, names: &Names, pairs: &[(String, Value)]) -> Option<String> {
        let (key, _) = pairs.iter().find(|(key, _)| names.find(key).is_none())?;
        Some(joined(&self.path, key))
    }

    pub fn tuple<T>(&mut self, len: usize, fields: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let items = match self.value {
            Value::List(items) if items.len() == len => items,
            _ => return self.wrong("not a list of so many"),
        };
        let outer = mem::replace(&mut self.level, Level::Tuple(items));
        let value = fields(self)?;
        self.level = outer;
        Ok(value)
    }

    pub fn field<T>(&mut self, place: usize, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let (found, path) = self.find(place);
        match found {
            Some(value) => self.at(value, path, read),
            // `None` for an `Option`, and an error for any other type.
            None => self
                .at(&Value::Null, path.clone(), read)
                .map_err(|_| format!("{path}: it is missing")),
        }
    }

    pub fn field_or<T>(
        &mut self,
        place: usize,
        default: impl FnOnce() -> T,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        match self.find(place) {
            (Some(value), path) => self.at(value, path, read),
            (None, _) => Ok(default()),
        }
    }

    fn find(&self, place: usize) -> (Option<&'a Value>, String) {
        match self.level {
            Level::Named(names, pairs) => {
                let found = pairs.iter().find(|(key, _)| names.find(key) == Some(place));
                (found.map(|(_, value)| value), joined(&self.path, names.all[place]))
            }
            Level::Tuple(items) => (items.get(place), format!("{}[{place}]", self.path)),
            Level::None => unreachable!("a field outside of a struct"),
        }
    }

    /// Reads another value at its own path.
    fn at<T>(
        &mut self,
        value: &'a Value,
        path: String,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        let outer = (mem::replace(&mut self.value, value), mem::replace(&mut self.path, path));
        let read = read(self)?;
        (self.value, self.path) = outer;
        Ok(read)
    }

    pub fn unit(&mut self) -> Read<()> {
        match self.value {
            Value::Null => Ok(()),
            _ => self.wrong("not null"),
        }
    }

    pub fn variant<T>(
        &mut self,
        names: &'static Names,
        payload: impl FnOnce(&mut Self, &'a str, bool) -> Read<T>,
    ) -> Read<T> {
        let known = |name: &'a str| names.find(name).map_or(name, |place| names.all[place]);
        match self.value {
            Value::Text(name) => payload(self, known(name), false),
            Value::Object(pairs) if pairs.len() == 1 => {
                let (name, value) = &pairs[0];
                let path = joined(&self.path, name);
                self.at(value, path, |from| payload(from, known(name), true))
            }
            _ => self.wrong("not a variant"),
        }
    }

    pub fn foreign<T>(&mut self, read: impl FnOnce(&Value) -> Result<T, String>) -> Read<T> {
        read(self.value).map_err(|error| self.invalid(&error))
    }

    pub fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        match kind {
            DecodeErrorKind::UnknownVariant => self.invalid(&"there is no such variant"),
        }
    }

    pub fn invalid(&self, detail: &dyn Display) -> DecodeError {
        format!("{}: {detail}", self.path)
    }

    fn wrong<T>(&self, what: &str) -> Read<T> {
        Err(self.invalid(&what))
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

macro_rules! leaf {
    ($type:ty, $write:expr, $value:pat => $read:expr, $wrong:literal) => {
        impl Wire for $type {
            fn shape(_: &mut Shape) {}

            fn write(&self, to: &mut Writer) {
                let write: fn(&$type, &mut Writer) = $write;
                write(self, to);
            }

            fn read(from: &mut Reader<'_>) -> Read<Self> {
                match from.value {
                    $value => Ok($read),
                    _ => from.wrong($wrong),
                }
            }
        }
    };
}

leaf!(i64, |number, to| to.json += &number.to_string(), Value::Number(it) => *it, "not a number");
leaf!(bool, |bool, to| to.json += &bool.to_string(), Value::Bool(it) => *it, "not a boolean");
leaf!(String, |text, to| to.text(text), Value::Text(it) => it.clone(), "not a text");

impl<T: Wire> Wire for Option<T> {
    const CAN_BE_NIL: bool = true;

    fn shape(_: &mut Shape) {}

    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.unit(),
        }
    }

    fn read(from: &mut Reader<'_>) -> Read<Self> {
        match from.value {
            Value::Null => Ok(None),
            _ => T::read(from).map(Some),
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn shape(_: &mut Shape) {}

    fn write(&self, to: &mut Writer) {
        to.within(['[', ']'], |to| {
            for (place, item) in self.iter().enumerate() {
                to.comma(place);
                item.write(to);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Read<Self> {
        let Value::List(items) = from.value else { return from.wrong("not a list") };
        let path = from.path.clone();
        let items = items.iter().enumerate();
        items.map(|(place, item)| from.at(item, format!("{path}[{place}]"), T::read)).collect()
    }
}

#[derive(Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// Reads a well-formed document.
fn parse(from: &mut Peekable<Chars<'_>>) -> Value {
    match from.peek() {
        Some('{') => Value::Object(items(from, '}', |from| {
            let name = text(from);
            assert_eq!(from.next(), Some(':'));
            (name, parse(from))
        })),
        Some('[') => Value::List(items(from, ']', parse)),
        Some('"') => Value::Text(text(from)),
        _ => {
            let mut word = String::new();
            while let Some(letter) =
                from.next_if(|letter| letter.is_alphanumeric() || *letter == '-')
            {
                word.push(letter);
            }
            match &*word {
                "null" => Value::Null,
                "true" | "false" => Value::Bool(word == "true"),
                number => Value::Number(number.parse().expect("an integer")),
            }
        }
    }
}

fn items<T>(
    from: &mut Peekable<Chars<'_>>,
    end: char,
    mut item: impl FnMut(&mut Peekable<Chars<'_>>) -> T,
) -> Vec<T> {
    from.next();
    let mut items = Vec::new();
    while from.next_if_eq(&end).is_none() {
        from.next_if_eq(&',');
        items.push(item(from));
    }
    items
}

fn text(from: &mut Peekable<Chars<'_>>) -> String {
    from.next();
    let mut text = String::new();
    loop {
        match from.next().expect("the closing quote of the text") {
            '"' => return text,
            '\\' => text.extend(from.next()),
            letter => text.push(letter),
        }
    }
}
