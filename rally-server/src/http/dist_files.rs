//! The files in the directory `dist`, with precompressed variants and cache headers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::config::BootError;

/// The files of `dist`. The paths are listed in advance, so that a page such as `/:slug`
/// cannot hide a file, and so that a URL without a file reaches the pages.
pub(crate) struct DistFiles {
    dist: PathBuf,
    files: ServeDir,
    paths: RwLock<HashSet<String>>,
}

impl DistFiles {
    pub(crate) fn read(dist: &Path) -> Result<Self, BootError> {
        let files = ServeDir::new(dist)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        let assets = Self { dist: dist.to_owned(), files, paths: RwLock::default() };
        assets.refresh();
        Ok(assets)
    }

    /// Lists the files. Under `cargo rally dev` this is repeated, because a build changes them.
    pub(crate) fn refresh(&self) {
        let mut paths = HashSet::new();
        list(&self.dist, "", &mut paths);
        paths.remove("/index.html");
        *self.paths.write().unwrap_or_else(PoisonError::into_inner) = paths;
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        let paths = self.paths.read().unwrap_or_else(PoisonError::into_inner);
        match percent_decode_str(path).decode_utf8() {
            Ok(path) => paths.contains(&*path),
            Err(_) => false,
        }
    }

    pub(crate) async fn respond(&self, request: Request) -> Response {
        let immutable = is_hashed(request.uri().path());
        let Ok(response) = self.files.clone().oneshot(request).await;
        let mut response = response.map(Body::new).into_response();
        let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        if response.status().is_success() {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        }
        response
    }
}

fn list(directory: &Path, url: &str, paths: &mut HashSet<String>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // Names that begin with a dot are hidden, except `.well-known` (RFC 8615).
        let shown = |name: &&str| !name.starts_with('.') || *name == ".well-known";
        let Some(name) = name.to_str().filter(shown) else { continue };
        let url = format!("{url}/{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => list(&entry.path(), &url, paths),
            Ok(_) => drop(paths.insert(url)),
            Err(_) => {}
        }
    }
}

/// Returns `true` if the file name seems to contain trunk's hash of the content.
///
/// The content of such a URL never changes. A hash has up to 16 hex digits, because trunk omits
/// leading zeros. A decimal number is not taken for a hash, because it may be a date. A hash in
/// the name of a directory does not count: in wasm-bindgen's `snippets`, it is not a hash of the
/// content.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((name, _)) = name.rsplit_once('.') else { return false };
    let Some((_, hash)) = name.trim_end_matches("_bg").rsplit_once('-') else { return false };
    let digits = hash.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    (12..=16).contains(&hash.len()) && digits && hash.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_immutable() {
        assert!(is_hashed("/counter-1f0c2b3a4d5e6f70.js"));
        assert!(is_hashed("/counter-1f0c2b3a4d5e6f70_bg.wasm"));
        assert!(is_hashed("/fixture-8034c47b37360a_bg.wasm"));
        assert!(!is_hashed("/poster-defaced.png"));
        assert!(!is_hashed("/favicon.svg"));
        assert!(!is_hashed("/robots-2026.txt"));
        assert!(!is_hashed("/photo-2026010112345678.jpg"));
        assert!(!is_hashed("/snippets/app-1f0c2b3a4d5e6f70/inline0.js"));
    }
}
