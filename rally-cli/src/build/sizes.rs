//! The table of download sizes, raw and compressed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::dist;

pub(super) fn table(dist: &Path) -> io::Result<String> {
    let names = dist::files(dist)?;
    let names = names.iter().filter(|name| {
        let extension = name.extension().unwrap_or_default();
        extension == "wasm" || extension == "js"
    });
    let rows: Vec<Row> = names.map(|name| Row::read(dist, name)).collect();
    Ok(render(&rows))
}

struct Row {
    name: String,
    raw: u64,
    gzip: Option<u64>,
    brotli: Option<u64>,
}

impl Row {
    fn read(dist: &Path, name: &Path) -> Self {
        let size = |ending: &str| {
            let mut path = dist.join(name).into_os_string();
            path.push(ending);
            fs::metadata(PathBuf::from(path)).ok().map(|data| data.len())
        };
        Self {
            name: name.display().to_string(),
            raw: size("").unwrap_or(0),
            gzip: size(".gz"),
            brotli: size(".br"),
        }
    }
}

fn render(rows: &[Row]) -> String {
    let sum =
        |size: fn(&Row) -> Option<u64>| rows.iter().map(|row| size(row).unwrap_or(row.raw)).sum();
    let total = Row {
        name: "total".to_owned(),
        raw: sum(|row| Some(row.raw)),
        gzip: Some(sum(|row| row.gzip)),
        brotli: Some(sum(|row| row.brotli)),
    };
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(5);
    let mut text = format!("{:<width$} {:>11} {:>11} {:>11}\n", "bytes", "raw", "gzip", "brotli");
    for row in rows.iter().chain([&total]) {
        let [gzip, brotli] =
            [row.gzip, row.brotli].map(|size| size.map_or("-".to_owned(), grouped));
        let raw = grouped(row.raw);
        text += &format!("{:<width$} {raw:>11} {gzip:>11} {brotli:>11}\n", row.name);
    }
    text
}

pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [
            Row {
                name: "app_bg.wasm".to_owned(),
                raw: 383_401,
                gzip: Some(160_000),
                brotli: Some(132_045),
            },
            Row { name: "tiny.js".to_owned(), raw: 900, gzip: None, brotli: None },
        ];
        let expected = "\
bytes               raw        gzip      brotli
app_bg.wasm     383,401     160,000     132,045
tiny.js             900           -           -
total           384,301     160,900     132,945
";
        assert_eq!(render(&rows), expected);
    }
}
