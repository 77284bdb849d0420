//! Files that take their places when they are complete.

use super::lock::is_in_place;
use super::{WriteError, sync_directory};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// How the name of a file ends that has not yet taken its place.
const UNFINISHED: &str = ".tmp";
/// As much of a name goes into that of its unfinished file: names end at 255 bytes.
const NAME: usize = 200;

/// Replaces a file as a whole: a reader, or a crash, sees either the old contents or the new.
///
/// # Errors
///
/// When the directory cannot be written to.
pub fn write_atomically(path: &Path, contents: &[u8]) -> Result<(), WriteError> {
    AtomicFile::with(path, contents)?.commit()
}

/// Puts several files in their places, in this order, once all of them are complete and on the disk:
/// if one cannot be completed, none is replaced.
///
/// # Errors
///
/// When the disk is full, for example.
pub fn commit_together(files: impl IntoIterator<Item = AtomicFile>) -> Result<(), WriteError> {
    let complete = files.into_iter().map(AtomicFile::complete);
    let complete = complete.collect::<Result<Vec<Complete>, _>>()?;
    let mut directories: Vec<PathBuf> = Vec::new();
    for Complete { path, temporary, .. } in complete {
        temporary
            .persist(&path)
            .map_err(|error| WriteError { path: path.clone(), source: error.error })?;
        let directory = parent(&path).to_path_buf();
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories.iter().try_for_each(|directory| sync_directory(directory))
}

/// A file that is written bit by bit and takes its place as a whole. Dropped before that, it leaves
/// nothing behind; what a killed process left behind is removed when the same file is begun again.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

/// A file that is on the disk, and only needs its name.
struct Complete {
    path: PathBuf,
    temporary: TempPath,
    /// Its lock tells that it is no orphan.
    _file: File,
}

impl AtomicFile {
    /// Begins a file that will stand at `path`.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written to, or something else than a file stands there.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let failed = |source| WriteError { path: path.into(), source };
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(failed(io::ErrorKind::IsADirectory.into())),
            Ok(there) if !there.is_file() => {
                return Err(failed(io::Error::other("a device or pipe is there, not a file")));
            }
            _ => {}
        }
        let Some(name) = path.file_name() else {
            return Err(failed(io::Error::other("expected the name of a file")));
        };
        let prefix = prefix(&name.to_string_lossy());
        let directory = parent(path);
        remove_orphans(directory, &prefix);
        match unfinished(directory, &prefix) {
            Ok(file) => Ok(Self { path: path.into(), file: BufWriter::new(file) }),
            Err(source) => Err(failed(source)),
        }
    }

    /// The same with all of its contents.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn with(path: &Path, contents: &[u8]) -> Result<Self, WriteError> {
        let mut file = Self::create(path)?;
        file.write_all(contents).map_err(|source| WriteError { path: path.into(), source })?;
        Ok(file)
    }

    /// Puts it in its place, on the disk.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example; what stood there before stays.
    pub fn commit(self) -> Result<(), WriteError> {
        commit_together([self])
    }

    /// Where what was written so far stands for now.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn unfinished(&mut self) -> io::Result<PathBuf> {
        self.file.flush()?;
        Ok(self.file.get_ref().path().into())
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn complete(self) -> Result<Complete, WriteError> {
        let Self { path, file } = self;
        let complete = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            Ok(file.into_parts())
        };
        match complete() {
            Ok((file, temporary)) => Ok(Complete { path, temporary, _file: file }),
            Err(source) => Err(WriteError { path, source }),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The directory of a file.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How the name of an unfinished file begins.
fn prefix(name: &str) -> String {
    let end = (0..=NAME.min(name.len())).rev().find(|&end| name.is_char_boundary(end));
    format!(".{}-", &name[..end.unwrap_or(0)])
}

/// A new unfinished file. It is locked for as long as it is one: nobody takes it for an orphan.
pub(super) fn unfinished(directory: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(prefix).suffix(UNFINISHED);
    // A temporary file is private; a result is for everyone whom the umask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(directory)?;
        // Where there are no locks there are no orphans either.
        let _ = file.as_file().try_lock();
        // Whoever looked for orphans just before that has removed it.
        if is_in_place(file.as_file(), file.path())? {
            return Ok(file);
        }
    }
}

/// Removes unfinished files of processes that are no more: those that nobody has locked.
pub(super) fn remove_orphans(directory: &Path, prefix: &str) {
    // What cannot be removed is in nobody's way.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| {
            let random = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(UNFINISHED));
            random.is_some_and(|random| random.len() == 6)
        });
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_ours && is_file && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_takes_its_place_as_a_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        write_atomically(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(file);
        assert_eq!((fs::read(&path).unwrap(), names(directory.path()).len()), (b"old".into(), 1));
        write_atomically(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(directory.path()).len()), (b"new".into(), 1));
    }

    #[test]
    fn of_several_files_none_is_replaced_if_one_cannot_be() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|name| directory.path().join(name));
        write_atomically(&one, b"old").unwrap();
        let begin = |path: &Path| {
            let mut file = AtomicFile::create(path).unwrap();
            file.write_all(b"new").unwrap();
            file
        };
        // The second one is refused at the end, when the first one is complete.
        let broken = AtomicFile {
            path: two.clone(),
            file: {
                let file = unfinished(directory.path(), ".two-").unwrap();
                let read_only = File::open(file.path()).unwrap();
                let (_, path) = file.into_parts();
                let mut file = BufWriter::new(NamedTempFile::from_parts(read_only, path));
                file.write_all(b"new").unwrap();
                file
            },
        };
        assert!(commit_together([begin(&one), broken]).is_err());
        assert_eq!((fs::read(&one).unwrap(), two.exists()), (b"old".into(), false));
        commit_together([begin(&one), begin(&two)]).unwrap();
        assert_eq!([fs::read(&one).unwrap(), fs::read(&two).unwrap()], [b"new", b"new"]);
        assert_eq!(names(directory.path()), ["one", "two"]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_a_live_one_writes_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        for name in [".a.csv-abcdef.tmp", ".b.csv-abcdef.tmp", ".a.csv-long-name.tmp"] {
            fs::write(directory.path().join(name), "half").unwrap();
        }
        let alive = AtomicFile::create(&path).unwrap();
        let other = AtomicFile::create(&path).unwrap();
        assert_eq!(names(directory.path()).len(), 4, "{:?}", names(directory.path()));
        alive.commit().unwrap();
        other.commit().unwrap();
        assert_eq!(names(directory.path()), [".a.csv-long-name.tmp", ".b.csv-abcdef.tmp", "a.csv"]);
    }

    #[test]
    fn only_files_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        for path in [directory.path(), Path::new("/"), Path::new("..")] {
            assert!(AtomicFile::create(path).is_err(), "{}", path.display());
        }
        #[cfg(unix)]
        assert!(AtomicFile::create(Path::new("/dev/null")).is_err());
        let long = directory.path().join("ä".repeat(120));
        write_atomically(&long, b"a name of 240 bytes").unwrap();
    }
}
