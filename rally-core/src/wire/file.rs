//! Encoding of files: only the metadata. A call sends the bytes in the same HTTP request.

use super::{Shape, Wire, hash};
use crate::codec::{DecodeError, Reader, Writer};
use crate::file::{Content, File};

/// A file is encoded as `[name, content_type, size, part]`.
impl Wire for File {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("File") });
    }

    fn write(&self, to: &mut Writer) {
        let part = match self.content() {
            Content::Part(part) => *part,
            Content::Browser(_) | Content::Bytes(_) => to.attach(self),
        };
        to.tuple(4, |to| {
            to.field(0);
            to.text(self.name());
            to.field(1);
            to.text(self.content_type());
            to.field(2);
            to.uint(self.size());
            to.field(3);
            to.uint(part.into());
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.tuple(4, |from| {
            let name = from.field(0, Reader::string)?;
            let content_type = from.field(1, Reader::string)?;
            let (size, part) = (from.field(2, Reader::uint)?, from.field(3, Reader::uint)?);
            Ok(Self::posted(name, content_type, size, part))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_collects_its_files_by_index() {
        let files = [File::new("a", "", "1"), File::new("b", "", "22")];
        let mut to = Writer::default();
        files.to_vec().write(&mut to);
        assert_eq!(to.take_files(), files);
        let read: Vec<File> = crate::codec::decode(&to.finish().unwrap()).unwrap();
        assert_eq!(read, [File::posted("a", "", 1, 0), File::posted("b", "", 2, 1)]);
        // A received file keeps its part number when it is encoded again.
        let mut to = Writer::default();
        read.write(&mut to);
        assert!(to.take_files().is_empty());
    }
}
