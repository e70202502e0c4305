//! The body of a form with files.

use bytes::Bytes;
use rally_core::form::{Content, File, FormValues};

/// The body of a form with files, encoded as a browser does.
///
/// ```
/// use rally_server::testing::Multipart;
///
/// let form = Multipart::new()
///     .text("title", "My cat")
///     .file("photo", "cat.png", "image/png", b"\x89PNG".to_vec());
/// # drop(form);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Multipart(Vec<u8>);

/// The boundary between parts. The fields and files of a test must not contain this text.
const BOUNDARY: &str = "----RallyTestFormBoundary7MA4YWxkTrZu0gW";

impl Multipart {
    /// Creates a form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let name = quoted(name);
        self.part(&format!("Content-Disposition: form-data; name=\"{name}\""), value.as_bytes())
    }

    /// Adds a file.
    #[must_use]
    pub fn file(
        self,
        name: &str,
        file_name: &str,
        content_type: &str,
        bytes: impl AsRef<[u8]>,
    ) -> Self {
        let (name, file_name) = (quoted(name), quoted(file_name));
        let disposition =
            format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"");
        self.part(&format!("{disposition}\r\nContent-Type: {content_type}"), bytes.as_ref())
    }

    pub(super) fn call(self, frame: &[u8], files: &[File]) -> Self {
        let form =
            self.part("Content-Disposition: form-data; name=\"call\"; filename=\"blob\"", frame);
        files
            .iter()
            .enumerate()
            .fold(form, |form, (number, file)| form.content(&format!("file-{number}"), file))
    }

    fn content(self, name: &str, file: &File) -> Self {
        match file.content() {
            Content::Bytes(bytes) => self.file(name, file.name(), file.content_type(), bytes),
            Content::Part(_) | Content::Browser(_) => self,
        }
    }

    /// Adds a part with any headers, even headers that no browser sends.
    #[must_use]
    pub fn part(mut self, headers: &str, body: &[u8]) -> Self {
        self.0.extend(format!("--{BOUNDARY}\r\n{headers}\r\n\r\n").bytes());
        self.0.extend(body);
        self.0.extend(b"\r\n");
        self
    }

    /// Returns the content type and the body.
    pub fn into_body(self) -> (String, Bytes) {
        let mut body = self.0;
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body.into())
    }
}

impl From<&FormValues> for Multipart {
    fn from(values: &FormValues) -> Self {
        let form = values.texts().fold(Self::new(), |form, (name, text)| form.text(name, text));
        values.named_files().fold(form, |form, (name, file)| form.content(name, file))
    }
}

/// Escapes characters that would end a quoted text, as browsers do.
fn quoted(text: &str) -> String {
    text.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}
