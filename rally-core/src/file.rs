//! Files that a visitor has chosen: what is known of them, and where they are.

use std::fmt;
use std::sync::Arc;

use dioxus_html::FileData;

/// How long a file's name may be, in bytes, as on most disks.
const FILE_NAME: usize = 255;

/// A file that a visitor has chosen.
///
/// As a field of a call's message it takes the file along: such a call goes over
/// HTTP, and its handler reads the file with `cx.file(..)`. Anywhere else a
/// `File` that travels is its name, and no more.
///
/// ```
/// use rally_core::form::File;
///
/// let file = File::new("notes.txt", "text/plain", "Buy milk");
/// assert_eq!((file.name(), file.size()), ("notes.txt", 8));
/// ```
///
/// Name and content type are what the browser says, so a handler believes
/// neither.
#[derive(Clone)]
pub struct File {
    name: String,
    content_type: String,
    size: u64,
    content: Content,
}

/// Where the bytes of a [`File`] are.
#[derive(Clone)]
pub enum Content {
    /// In a request: its part of this number.
    Part(u32),
    /// In the browser.
    Browser(FileData),
    /// In memory.
    Bytes(Arc<[u8]>),
}

impl File {
    /// A file that the app makes itself, or one for a test.
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        let (name, content_type) = (name.into(), content_type.into());
        Self { name, content_type, size: bytes.len() as u64, content: Content::Bytes(bytes) }
    }

    /// A file that came as a part of a request. Of its name a path is taken away.
    pub fn posted(
        name: impl Into<String>,
        content_type: impl Into<String>,
        size: u64,
        part: u32,
    ) -> Self {
        let (name, content_type) = (clean(&name.into()), content_type.into());
        Self { name, content_type, size, content: Content::Part(part) }
    }

    pub(crate) fn of_browser(file: FileData) -> Self {
        let content_type = file.content_type().unwrap_or_default();
        let (name, size) = (file.name(), file.size());
        Self { name, content_type, size, content: Content::Browser(file) }
    }

    /// Its name, without a path. It is the visitor's: as the name of a file on
    /// the server it will not do.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type, such as `image/png`, by its name alone; empty when it is not
    /// known.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How many bytes it has. Of one in a message this is what the client says;
    /// what it really has, is known by reading it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where its bytes are.
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// The last part of a path, if it is one, without what no name has.
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut clean: String = name.chars().filter(|letter| !letter.is_control()).collect();
    clean.truncate(clean.floor_char_boundary(FILE_NAME));
    match &*clean {
        "" | "." | ".." => "file".to_owned(),
        _ => clean,
    }
}

/// Two files in memory are equal by their bytes. Others are when they are the
/// same one: nobody reads them for it.
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
    fn a_file_has_a_name_and_no_path() {
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
