//! Public files: directories that the app serves as they are, as what visitors have
//! uploaded.

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

/// What a file may do that a visitor has brought, opened in a tab of its own:
/// nothing, and nothing in this app's name.
const SANDBOX: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What a script is said to be, so that no page runs it: it is of this origin,
/// which the pages' own policy lets scripts in from.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// A directory, below a URL.
pub(crate) struct PublicFiles {
    /// With a slash at its end.
    url: String,
    service: ServeDir,
}

impl PublicFiles {
    pub(crate) fn new(url: &str, directory: &Path) -> Result<Self, BootError> {
        let mistake = |what: &str| {
            Err(BootError::new(format_args!(
                "files(\"{url}\", \"{}\"): {what}",
                directory.display()
            )))
        };
        let name = url.strip_prefix('/').unwrap_or_default();
        let name = name.strip_suffix('/').unwrap_or(name);
        // Else no browser would ask for it as it is written.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let is_step = |part| matches!(part, "" | "." | "..");
        if name.split('/').any(is_step) || !name.bytes().all(is_plain) {
            return mistake(
                "the URL is a path of letters, digits and `-._~`: write one as \"/pictures\"",
            );
        }
        if name == "rpc" || name == "_rally" || name.starts_with("_rally/") {
            return mistake("this URL is Rally's own: take another one");
        }
        if !directory.is_dir() {
            return mistake("there is no such directory: make it before the app");
        }
        let service = ServeDir::new(directory).append_index_html_on_directories(false);
        Ok(Self { url: format!("/{name}/"), service })
    }

    /// Whether a URL's path is below this one's.
    pub(crate) fn contains(&self, path: &str) -> bool {
        path.starts_with(&self.url)
    }

    /// Serves a file; 404 when it is not there.
    pub(crate) async fn respond(&self, mut request: Request) -> Response {
        let path = &request.uri().path()[self.url.len() - 1..];
        // What begins with a dot is hidden, however it is written.
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let is_hidden = decoded.split(['/', '\\']).any(|name| name.starts_with('.'));
        let Ok(uri) = path.parse::<Uri>() else { return StatusCode::NOT_FOUND.into_response() };
        if is_hidden {
            return StatusCode::NOT_FOUND.into_response();
        }
        *request.uri_mut() = uri;
        let mut response = match self.service.clone().try_call(request).await {
            Ok(response) => response.map(Body::new).into_response(),
            Err(error) if is_not_there(&error) => return StatusCode::NOT_FOUND.into_response(),
            Err(error) => {
                trace::failure("reading a file", &error);
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

/// Whether there is no such file, or none that may be read.
fn is_not_there(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | PermissionDenied | NotADirectory | InvalidFilename)
}

fn is_script(kind: &HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.contains("javascript"))
}

/// What `App::files` was given, not yet looked at.
pub(crate) type Mount = (String, PathBuf);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, &str>) {
        let files = PublicFiles::new(url, Path::new("/"));
        let found = files.map(|files| files.url).map_err(|error| error.to_string());
        let expected = expected.map(str::to_owned);
        assert_eq!(found, expected.map_err(|what| format!("files(\"{url}\", \"/\"): {what}")));
    }

    #[test]
    fn urls_that_files_can_have() {
        check("/pictures", Ok("/pictures/"));
        check("/a/b/", Ok("/a/b/"));
        let mistake = "the URL is a path of letters, digits and `-._~`: write one as \"/pictures\"";
        for url in ["", "/", "pictures", "//evil", "/a//b", "/a b", "/a?b", "/a%20b", "/a/../b"] {
            check(url, Err(mistake));
        }
        check("/.well-known", Ok("/.well-known/"));
        let taken = "this URL is Rally's own: take another one";
        check("/rpc", Err(taken));
        check("/_rally/files", Err(taken));
    }

    #[test]
    fn a_directory_that_is_not_there() {
        let error =
            PublicFiles::new("/a", Path::new("/no/such")).err().map(|error| error.to_string());
        let expected = "files(\"/a\", \"/no/such\"): there is no such directory: make it before \
                        the app";
        assert_eq!(error.as_deref(), Some(expected));
    }
}
