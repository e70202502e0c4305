//! Uploads: the files of a request, in memory or on the disk.

use std::collections::HashMap;
use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use rally_core::form::{Content, File};
use tokio::fs;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, ReadBuf};
use tokio::sync::Mutex;

use crate::limits;

/// Maximum size of a file in memory, in bytes. Larger files are stored on the disk.
const IN_MEMORY: usize = 64 * 1024;

/// The files of one request. Each file has a number, by which the message refers to it.
#[derive(Clone, Default)]
pub struct Uploads(Option<Arc<HashMap<u32, StoredUpload>>>);

impl Uploads {
    pub(crate) fn new(files: HashMap<u32, StoredUpload>) -> Self {
        Self((!files.is_empty()).then(|| Arc::new(files)))
    }

    /// Adds files that the app has created on the server. The number of such a file is its
    /// position in `created`.
    pub(crate) fn with(self, created: &[File]) -> Self {
        let created = created.iter().zip(0..).filter_map(|(file, number)| match file.content() {
            Content::Bytes(bytes) => {
                let storage = UploadStorage::Memory(Bytes::copy_from_slice(bytes));
                Some((number, StoredUpload { size: file.size(), storage, permit: None }))
            }
            Content::Part(_) | Content::Browser(_) => None,
        });
        let created: HashMap<_, _> = created.collect();
        if created.is_empty() {
            return self;
        }
        let known = self.0.iter().flat_map(|files| files.iter());
        let known = known.map(|(number, file)| (*number, file.clone()));
        Self::new(known.chain(created).collect())
    }

    pub(crate) fn open(&self, file: &File) -> io::Result<Upload> {
        let spooled = match (file.content(), &self.0) {
            (Content::Part(part), Some(files)) => files.get(part),
            _ => None,
        };
        let missing =
            || io::Error::new(io::ErrorKind::NotFound, "the request does not contain the file");
        let StoredUpload { size, storage, permit } = spooled.ok_or_else(missing)?;
        let (bytes, disk) = match storage {
            UploadStorage::Memory(bytes) => (bytes.clone(), None),
            UploadStorage::Disk(file) => (Bytes::new(), Some(Disk { file: file.clone(), at: 0 })),
        };
        Ok(Upload { size: *size, bytes, disk, reading: None, _permit: permit.clone() })
    }
}

#[derive(Clone)]
pub(crate) struct StoredUpload {
    pub(crate) size: u64,
    storage: UploadStorage,
    permit: Option<Arc<limits::Permit>>,
}

#[derive(Clone)]
enum UploadStorage {
    Memory(Bytes),
    /// A temporary file without a name. It is deleted when the last handle is dropped.
    Disk(Arc<Mutex<fs::File>>),
}

#[derive(Default)]
pub(crate) struct Spool {
    size: u64,
    memory: Vec<u8>,
    disk: Option<fs::File>,
    permit: Option<limits::Permit>,
}

impl Spool {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Appends a chunk. `permit` must have the size of the chunk.
    pub(crate) async fn write(&mut self, chunk: &[u8], permit: limits::Permit) -> io::Result<()> {
        self.size += chunk.len() as u64;
        match &mut self.permit {
            Some(held) => held.add(permit),
            None => self.permit = Some(permit),
        }
        if let Some(disk) = &mut self.disk {
            return disk.write_all(chunk).await;
        }
        if self.memory.len() + chunk.len() <= IN_MEMORY {
            self.memory.extend_from_slice(chunk);
            return Ok(());
        }
        let file = tokio::task::spawn_blocking(tempfile::tempfile).await??;
        let disk = self.disk.insert(fs::File::from_std(file));
        disk.write_all(&std::mem::take(&mut self.memory)).await?;
        disk.write_all(chunk).await
    }

    pub(crate) async fn finish(self) -> io::Result<StoredUpload> {
        let storage = match self.disk {
            None => UploadStorage::Memory(self.memory.into()),
            Some(mut file) => {
                file.flush().await?;
                UploadStorage::Disk(Arc::new(Mutex::new(file)))
            }
        };
        Ok(StoredUpload { size: self.size, storage, permit: self.permit.map(Arc::new) })
    }
}

/// A file of a call or a form, opened for reading.
///
/// [`Cx::file`](crate::calls::cx::Cx::file) opens the file. The methods of
/// [`AsyncReadExt`] read it.
pub struct Upload {
    size: u64,
    bytes: Bytes,
    disk: Option<Disk>,
    reading: Option<Reading>,
    /// Keeps the bytes of the file reserved in the budget while the file is open.
    _permit: Option<Arc<limits::Permit>>,
}

type Reading = Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send + Sync>>;

/// The position of one reader in a file on the disk.
///
/// All readers of the file share one handle. A reader locks the handle only while it
/// reads a chunk, so that several readers can take turns.
#[derive(Clone)]
struct Disk {
    file: Arc<Mutex<fs::File>>,
    at: u64,
}

impl Disk {
    async fn read(self) -> io::Result<Bytes> {
        let mut file = self.file.lock().await;
        file.seek(SeekFrom::Start(self.at)).await?;
        let mut chunk = BytesMut::with_capacity(IN_MEMORY);
        file.read_buf(&mut chunk).await?;
        Ok(chunk.freeze())
    }
}

impl Upload {
    /// Returns the size of the file in bytes, as counted by the server.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads the next chunk from the disk. The chunk is empty at the end of the file, and for
    /// a file in memory.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let Some(disk) = &mut self.disk else { return Poll::Ready(Ok(Bytes::new())) };
        let reading = self.reading.get_or_insert_with(|| Box::pin(disk.clone().read()));
        let chunk = ready!(reading.as_mut().poll(cx));
        self.reading = None;
        disk.at += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(chunk)
    }
}

impl AsyncRead for Upload {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.bytes.is_empty() {
            self.bytes = ready!(self.poll_chunk(cx))?;
        }
        let count = self.bytes.len().min(into.remaining());
        into.put_slice(&self.bytes.split_to(count));
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn spooled(bytes: &[u8], chunk: usize) -> Uploads {
        let (mut spool, budget) = (Spool::default(), limits::Budget::new(bytes.len()));
        for chunk in bytes.chunks(chunk) {
            spool.write(chunk, budget.try_acquire_many(chunk.len()).unwrap()).await.unwrap();
        }
        assert_eq!(spool.size(), bytes.len() as u64);
        assert_eq!(spool.disk.is_some(), bytes.len() > IN_MEMORY);
        Uploads::new(HashMap::from([(3, spool.finish().await.unwrap())]))
    }

    #[tokio::test]
    async fn a_file_is_read_back_from_memory_and_from_the_disk() {
        for size in [0, 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY] {
            let bytes: Vec<u8> = (0..size).map(|at| at as u8).collect();
            let uploads = spooled(&bytes, 1000).await;
            let file = File::posted("x", "", 0, 3);
            for _ in 0..2 {
                let mut upload = uploads.open(&file).unwrap();
                assert_eq!(upload.size(), size as u64);
                let mut read = Vec::new();
                upload.read_to_end(&mut read).await.unwrap();
                assert!(read == bytes);
            }
        }
    }

    #[tokio::test]
    async fn two_readers_of_one_file_do_not_wait_for_each_other() {
        let bytes: Vec<u8> = (0..3 * IN_MEMORY).map(|at| (at / 7) as u8).collect();
        let uploads = spooled(&bytes, 1000).await;
        let file = File::posted("x", "", 0, 3);
        let mut readers = [uploads.open(&file).unwrap(), uploads.open(&file).unwrap()];
        let mut start = [0; 100];
        readers[0].read_exact(&mut start).await.unwrap();
        assert_eq!(start, bytes[..100]);
        for (reader, from) in readers.iter_mut().zip([100, 0]) {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).await.unwrap();
            assert!(read == bytes[from..]);
        }
    }

    #[tokio::test]
    async fn a_missing_part_is_an_error() {
        let uploads = spooled(b"x", 1).await;
        let file = File::posted("x", "", 1, 4);
        assert!(uploads.open(&file).is_err());
        assert!(Uploads::default().open(&file).is_err());
    }
}
