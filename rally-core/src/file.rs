//! Files of forms and calls: their metadata, and the location of their bytes.

use std::fmt;
use std::sync::Arc;

/// Maximum length of a file name in bytes, the same as on most file systems.
const MAX_FILE_NAME: usize = 255;

/// A file that a visitor has chosen, or that an app or a test has made.
///
/// A call with a file in its message is sent over HTTP, together with the
/// file's bytes. The handler reads the file with `cx.file(..)`. If any other
/// value contains a file, only the metadata is sent.
///
/// ```
/// use rally_core::form::File;
///
/// let file = File::new("notes.txt", "text/plain", "Buy milk");
/// assert_eq!((file.name(), file.size()), ("notes.txt", 8));
/// ```
///
/// Name, content type and size of an uploaded file are claims of the client. A
/// handler must not trust them.
#[derive(Clone)]
pub struct File {
    name: String,
    content_type: String,
    size: u64,
    content: Content,
}

/// The location of a [`File`]'s bytes.
#[derive(Clone)]
pub enum Content {
    /// In an HTTP request, as the part with this number.
    Part(u32),
    /// In the browser.
    Browser(BrowserFile),
    /// In memory.
    Bytes(Arc<[u8]>),
}

impl File {
    /// Makes a file from bytes in memory, for use in an app or a test.
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        let (name, content_type) = (name.into(), content_type.into());
        Self { name, content_type, size: bytes.len() as u64, content: Content::Bytes(bytes) }
    }

    /// Makes a file whose bytes are a part of an HTTP request.
    ///
    /// A path before the name, and control characters in the name, are removed.
    /// A longer name is cut to at most 255 bytes.
    pub fn posted(
        name: impl Into<String>,
        content_type: impl Into<String>,
        size: u64,
        part: u32,
    ) -> Self {
        let (name, content_type) = (clean(&name.into()), content_type.into());
        Self { name, content_type, size, content: Content::Part(part) }
    }

    /// Returns the file's name.
    ///
    /// The name of an uploaded file has no path. The client chooses the name:
    /// do not use it as the name of a file on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the content type, such as `image/png`; empty if it is unknown.
    ///
    /// Most browsers derive the type from the file's name, not from the bytes.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Returns the size in bytes.
    ///
    /// The size of an uploaded file is a claim of the client: a handler must
    /// read the file to find the real size.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the location of the bytes.
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// A file that the browser holds. The platform knows it by a number.
///
/// The last clone that is dropped releases the browser's file.
#[derive(Clone)]
pub struct BrowserFile(Arc<Held>);

struct Held {
    number: u32,
    release: fn(u32),
}

impl BrowserFile {
    /// Makes the handle of the file with this number. `release` is called once it is dropped.
    pub fn new(number: u32, release: fn(u32)) -> Self {
        Self(Arc::new(Held { number, release }))
    }

    /// Returns the number with which the platform finds the file.
    pub fn number(&self) -> u32 {
        self.0.number
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        (self.release)(self.number);
    }
}

impl PartialEq for BrowserFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for BrowserFile {}

impl fmt::Debug for BrowserFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrowserFile({})", self.0.number)
    }
}

/// Replaces the part numbers of decoded files by the files of the browser.
///
/// It returns `None` if there is no file with such a number.
pub(crate) fn attach<'a>(
    decoded: impl IntoIterator<Item = &'a mut File>,
    files: &[BrowserFile],
) -> Option<()> {
    for file in decoded {
        if let Content::Part(part) = file.content {
            let found = usize::try_from(part).ok().and_then(|part| files.get(part));
            file.content = Content::Browser(found?.clone());
        }
    }
    Some(())
}

/// Removes the path and the control characters from a file name, and limits its
/// length. A name that would be empty, `.` or `..` becomes `file`.
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut clean: String = name.chars().filter(|letter| !letter.is_control()).collect();
    clean.truncate(clean.floor_char_boundary(MAX_FILE_NAME));
    match &*clean {
        "" | "." | ".." => "file".to_owned(),
        _ => clean,
    }
}

/// Equal files have equal metadata and content. The bytes are compared only if
/// both files are in memory. Otherwise the contents are equal if they have the
/// same part number, or are the same file of the browser.
impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        let about = |file: &Self| (file.name.clone(), file.content_type.clone(), file.size);
        let same = match (&self.content, &other.content) {
            (Content::Part(one), Content::Part(other)) => one == other,
            (Content::Browser(one), Content::Browser(other)) => one == other,
            (Content::Bytes(one), Content::Bytes(other)) => one == other,
            _ => false,
        };
        same && about(self) == about(other)
    }
}

impl Eq for File {}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({:?}, {}, {} bytes)", self.name, self.content_type, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_no_path_and_no_control_characters() {
        for (name, expected) in [
            ("cat.png", "cat.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\cat.png", "cat.png"),
            ("a\r\nset-cookie: b\0", "aset-cookie: b"),
            ("/", "file"),
            ("..", "file"),
            (".htaccess", ".htaccess"),
        ] {
            assert_eq!(clean(name), expected);
        }
        let long = "\u{20ac}".repeat(100);
        assert_eq!(clean(&long), "\u{20ac}".repeat(85));
    }
}
