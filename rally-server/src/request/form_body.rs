//! Parsing of a posted form: its names, values and files.

use std::collections::HashMap;

use axum::http::HeaderMap;
use percent_encoding::percent_decode;
use rally_core::form::{File, FormValues};

use crate::limits::{Budget, FormLimits};
use crate::request::body::{BodyError, BodyKind, Part, Parts, TimedBody};
use crate::request::uploads::{Spool, StoredUpload, Uploads};

/// Number of the first file of a form. The files of a call are numbered from 0. So if a
/// call's message contains a file of a form, that file is not mistaken for a file of the
/// call.
const FIRST_FILE: u32 = 1 << 31;

pub(crate) struct FormContent {
    pub(crate) values: FormValues,
    pub(crate) uploads: Uploads,
}

pub(crate) async fn read(
    limits: &FormLimits,
    budget: &Budget,
    headers: &HeaderMap,
    mut body: TimedBody,
) -> Result<FormContent, BodyError> {
    let mut size = FormSize { limits, text: 0, fields: 0, files: 0 };
    match BodyKind::of(headers) {
        BodyKind::Urlencoded => {
            // Percent-encoding turns one byte into up to three. Each field also has `&` and `=`.
            let max_text = limits.text.saturating_mul(3);
            let whole =
                body.whole(max_text.saturating_add(limits.fields.saturating_mul(2))).await?;
            let values = urlencoded(&whole, &mut size)?;
            Ok(FormContent { values, uploads: Uploads::default() })
        }
        BodyKind::Multipart(boundary) => multipart(Parts::new(body, boundary), size, budget).await,
        BodyKind::Other => Err(BodyError::Unsupported),
    }
}

struct FormSize<'a> {
    limits: &'a FormLimits,
    text: usize,
    fields: usize,
    files: usize,
}

impl FormSize<'_> {
    fn field(&mut self) -> Result<(), BodyError> {
        self.fields += 1;
        if self.fields > self.limits.fields { Err(BodyError::TooLarge) } else { Ok(()) }
    }

    fn file(&mut self) -> Result<(), BodyError> {
        self.files += 1;
        if self.files > self.limits.files { Err(BodyError::TooLarge) } else { Ok(()) }
    }

    fn text(&mut self, bytes: usize) -> Result<(), BodyError> {
        self.text += bytes;
        if self.text > self.limits.text { Err(BodyError::TooLarge) } else { Ok(()) }
    }

    fn remaining_text(&self) -> usize {
        self.limits.text - self.text
    }
}

fn urlencoded(body: &[u8], size: &mut FormSize<'_>) -> Result<FormValues, BodyError> {
    let mut values = FormValues::new();
    for field in body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
        size.field()?;
        let equals = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
        let name = decoded(&field[..equals])?;
        let value = decoded(field.get(equals + 1..).unwrap_or_default())?;
        size.text(name.len() + value.len())?;
        values.push(name, normalize_newlines(value));
    }
    Ok(values)
}

fn decoded(part: &[u8]) -> Result<String, BodyError> {
    let spaced: Vec<u8> =
        part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| BodyError::Malformed)?;
    Ok(text.into_owned())
}

async fn multipart(
    mut parts: Parts,
    mut size: FormSize<'_>,
    budget: &Budget,
) -> Result<FormContent, BodyError> {
    let mut values = FormValues::new();
    let mut files = HashMap::new();
    while let Some(mut part) = parts.next().await? {
        size.field()?;
        size.text(part.name.len())?;
        let name = std::mem::take(&mut part.name);
        let Some(file_name) = part.file_name.take() else {
            let value = part.whole(size.remaining_text()).await?;
            size.text(value.len())?;
            let value = String::from_utf8(value).map_err(|_| BodyError::Malformed)?;
            values.push(name, normalize_newlines(value));
            continue;
        };
        size.text(file_name.len() + part.content_type.len())?;
        if file_name.is_empty() {
            // Browsers send an empty file name if the visitor has chosen no file.
            if !part.whole(0).await?.is_empty() {
                return Err(BodyError::Malformed);
            }
            values.push_file(name, None);
            continue;
        }
        size.file()?;
        let spooled = spool(&mut part, size.limits.file, budget).await?;
        let number = FIRST_FILE + files.len() as u32;
        let content_type = std::mem::take(&mut part.content_type);
        let file = File::posted(file_name, content_type, spooled.size, number);
        values.push_file(name, Some(file));
        files.insert(number, spooled);
    }
    Ok(FormContent { values, uploads: Uploads::new(files) })
}

pub(crate) async fn spool(
    part: &mut Part,
    limit: u64,
    budget: &Budget,
) -> Result<StoredUpload, BodyError> {
    let mut spool = Spool::default();
    while let Some(chunk) = part.chunk().await? {
        if spool.size() + chunk.len() as u64 > limit {
            return Err(BodyError::TooLarge);
        }
        let permit = budget.try_acquire_many(chunk.len()).ok_or(BodyError::Busy)?;
        spool.write(&chunk, permit).await?;
    }
    Ok(spool.finish().await?)
}

/// Replaces `\r\n` by `\n`.
///
/// A browser posts a line break as `\r\n`, but scripts read the same line break as `\n`.
fn normalize_newlines(text: String) -> String {
    if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[(&str, &str)]) {
        let limits = FormLimits::default();
        let mut size = FormSize { limits: &limits, text: 0, fields: 0, files: 0 };
        let mut fields = FormValues::new();
        expected.iter().for_each(|(name, value)| fields.push(*name, *value));
        assert_eq!(urlencoded(body.as_bytes(), &mut size).unwrap(), fields);
    }

    #[test]
    fn fields_are_decoded_as_browsers_write_them() {
        check("", &[]);
        check("a=1&b=x+y%26&a=2", &[("a", "1"), ("b", "x y&"), ("a", "2")]);
        check(
            "a&&=b&c=d=e&%C3%BC=%E2%82%AC",
            &[("a", ""), ("", "b"), ("c", "d=e"), ("\u{fc}", "\u{20ac}")],
        );
        check("a=1%0D%0A2%0A3%0D", &[("a", "1\n2\n3\r")]);
        check("a=100%&b=%zz", &[("a", "100%"), ("b", "%zz")]);
    }

    #[test]
    fn a_field_that_is_not_utf8_is_malformed() {
        let limits = FormLimits::default();
        let mut size = FormSize { limits: &limits, text: 0, fields: 0, files: 0 };
        for body in [&b"a=%ff"[..], b"a=\xff", b"%80=1", b"a=%C3&b=%BC"] {
            let error = urlencoded(body, &mut size).unwrap_err();
            assert!(matches!(error, BodyError::Malformed));
        }
    }
}
