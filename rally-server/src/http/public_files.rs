//! Public files: directories that the app serves unchanged, such as uploads of visitors.

use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower_http::services::ServeDir;

use crate::config::BootError;
use crate::telemetry::trace;

/// The content security policy of a public file, which may come from a visitor. If the file
/// is opened in a tab, it runs no script and cannot access the app's origin.
const SANDBOX: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The content type of script files. The policy of the pages allows scripts of the app's
/// origin, but because of `nosniff`, browsers do not run a script with this type.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

pub(crate) struct PublicFiles {
    /// The URL prefix, with a slash at both ends.
    url: String,
    service: ServeDir,
}

impl PublicFiles {
    pub(crate) fn new(url: &str, directory: &Path) -> Result<Self, BootError> {
        let invalid = |reason: &str| {
            Err(BootError::new(format_args!(
                "files(\"{url}\", \"{}\"): {reason}",
                directory.display()
            )))
        };
        let name = url.strip_prefix('/').unwrap_or_default();
        let name = name.strip_suffix('/').unwrap_or(name);
        // Browsers percent-encode many other characters, and such a URL would never match.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let is_invalid = |part| matches!(part, "" | "." | "..");
        if name.split('/').any(is_invalid) || !name.bytes().all(is_plain) {
            return invalid(
                "the URL must be a path of letters, digits and `-._~`, such as \"/pictures\"",
            );
        }
        if name == "rpc" || name == "_rally" || name.starts_with("_rally/") {
            return invalid("this URL is reserved by Rally: choose another URL");
        }
        if !directory.is_dir() {
            return invalid("the directory does not exist: create it before the app starts");
        }
        let service = ServeDir::new(directory).append_index_html_on_directories(false);
        Ok(Self { url: format!("/{name}/"), service })
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        path.starts_with(&self.url)
    }

    pub(crate) async fn respond(&self, mut request: Request) -> Response {
        let path = &request.uri().path()[self.url.len() - 1..];
        // Names that begin with a dot are hidden, even if the dot is percent-encoded.
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let is_hidden = decoded.split(['/', '\\']).any(|name| name.starts_with('.'));
        let Ok(uri) = path.parse::<Uri>() else { return StatusCode::NOT_FOUND.into_response() };
        if is_hidden {
            return StatusCode::NOT_FOUND.into_response();
        }
        *request.uri_mut() = uri;
        let mut response = match self.service.clone().try_call(request).await {
            Ok(response) => response.map(Body::new).into_response(),
            Err(error) if is_not_found(&error) => return StatusCode::NOT_FOUND.into_response(),
            Err(error) => {
                trace::failure("reading a file of `App::files`", &error);
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let headers = response.headers_mut();
        if headers.get(header::CONTENT_TYPE).is_some_and(is_script) {
            headers.insert(header::CONTENT_TYPE, TEXT);
        }
        let set = [
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_SECURITY_POLICY, SANDBOX),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        headers.extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}

fn is_not_found(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | PermissionDenied | NotADirectory | InvalidFilename)
}

fn is_script(kind: &HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.contains("javascript"))
}

/// The URL and directory passed to `App::files`, not yet checked.
pub(crate) type Mount = (String, PathBuf);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, &str>) {
        let files = PublicFiles::new(url, Path::new("/"));
        let found = files.map(|files| files.url).map_err(|error| error.to_string());
        let expected = expected.map(str::to_owned);
        assert_eq!(found, expected.map_err(|reason| format!("files(\"{url}\", \"/\"): {reason}")));
    }

    #[test]
    fn the_url_is_checked() {
        check("/pictures", Ok("/pictures/"));
        check("/a/b/", Ok("/a/b/"));
        let invalid = "the URL must be a path of letters, digits and `-._~`, such as \"/pictures\"";
        for url in ["", "/", "pictures", "//evil", "/a//b", "/a b", "/a?b", "/a%20b", "/a/../b"] {
            check(url, Err(invalid));
        }
        check("/.well-known", Ok("/.well-known/"));
        let reserved = "this URL is reserved by Rally: choose another URL";
        check("/rpc", Err(reserved));
        check("/_rally/files", Err(reserved));
    }

    #[test]
    fn a_missing_directory_is_refused() {
        let error =
            PublicFiles::new("/a", Path::new("/no/such")).err().map(|error| error.to_string());
        let expected = "files(\"/a\", \"/no/such\"): the directory does not exist: create it \
                        before the app starts";
        assert_eq!(error.as_deref(), Some(expected));
    }
}
