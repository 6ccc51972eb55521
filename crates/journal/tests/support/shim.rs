//! A VFS over the system's own that records every write, sync and cut of a file, and fails when told to.
//!
//! Files are opened by the default VFS; only their write, sync, truncate and close are put through here.
#![expect(unsafe_code, reason = "a VFS is a table of C functions")]

use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use rusqlite::ffi;

/// Name under which [`install`] registers it.
pub const NAME: &str = "recorder";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum File {
    Main,
    Log,
}

#[derive(Debug, Clone)]
pub enum Op {
    Write {
        file: File,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: File,
        size: usize,
    },
    Sync {
        file: File,
    },
    /// Everything up to this position has been acknowledged; put there by the test.
    Ack(u64),
}

#[derive(Default)]
pub struct Recorder {
    pub ops: Vec<Op>,
    /// Answer every write to the log with this code.
    pub fail_write: Option<c_int>,
    /// Answer every sync of the log with this code.
    pub fail_sync: Option<c_int>,
    files: HashMap<usize, (Option<File>, &'static ffi::sqlite3_io_methods)>,
}

static RECORDER: Mutex<Option<Recorder>> = Mutex::new(None);
static TURN: Mutex<()> = Mutex::new(());
static ONCE: Once = Once::new();

/// Registers the VFS and clears the record; one test at a time holds the turn.
pub fn install() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    with(|recorder| *recorder = Recorder::default());
    // SAFETY: the default VFS lives as long as the process, and so does the leaked copy that is registered.
    ONCE.call_once(|| unsafe {
        let mut vfs = *ffi::sqlite3_vfs_find(std::ptr::null());
        vfs.zName = c"recorder".as_ptr();
        vfs.pNext = std::ptr::null_mut();
        vfs.xOpen = Some(open);
        assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0), ffi::SQLITE_OK);
    });
    turn
}

pub fn with<T>(ask: impl FnOnce(&mut Recorder) -> T) -> T {
    ask(RECORDER.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

type Methods = &'static ffi::sqlite3_io_methods;

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's arguments are passed on as they came, to the VFS that this one is a copy of; after a
    // successful open `pMethods` points to a static table, which is copied with three entries replaced.
    unsafe {
        let system = ffi::sqlite3_vfs_find(c"unix".as_ptr());
        let code = (*system).xOpen.expect("the default VFS opens files")(system, name, file, flags, out);
        if code == ffi::SQLITE_OK && !(*file).pMethods.is_null() {
            let original: Methods = &*(*file).pMethods;
            let is_log = !name.is_null() && CStr::from_ptr(name).to_bytes().ends_with(b"-wal");
            let which = match () {
                () if is_log => Some(File::Log),
                () if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 => Some(File::Main),
                () => None,
            };
            with(|recorder| recorder.files.insert(file as usize, (which, original)));
            let mut methods = *original;
            methods.xWrite = Some(write);
            methods.xSync = Some(sync);
            methods.xTruncate = Some(truncate);
            methods.xClose = Some(close);
            (*file).pMethods = Box::leak(Box::new(methods));
        }
        code
    }
}

fn of(file: *mut ffi::sqlite3_file) -> (Option<File>, Methods) {
    with(|recorder| recorder.files[&(file as usize)])
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, data: *const c_void, size: c_int, at: i64) -> c_int {
    let (which, system) = of(file);
    if let Some(code) = with(|r| r.fail_write).filter(|_| which == Some(File::Log)) {
        return code;
    }
    // SAFETY: SQLite passes `size` readable bytes at `data`; the call is passed on as it came.
    unsafe {
        if let Some(file) = which {
            let bytes = std::slice::from_raw_parts(data.cast::<u8>(), size as usize).to_vec();
            with(|r| r.ops.push(Op::Write { file, at: at as usize, bytes }));
        }
        system.xWrite.expect("files can be written")(file, data, size, at)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let (which, system) = of(file);
    if let Some(code) = with(|r| r.fail_sync).filter(|_| which == Some(File::Log)) {
        return code;
    }
    // SAFETY: passed on as it came.
    let code = unsafe { system.xSync.expect("files can be synced")(file, flags) };
    if let Some(file) = which {
        with(|r| r.ops.push(Op::Sync { file }));
    }
    code
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let (which, system) = of(file);
    if let Some(file) = which {
        with(|r| r.ops.push(Op::Truncate { file, size: size as usize }));
    }
    // SAFETY: passed on as it came.
    unsafe { system.xTruncate.expect("files can be cut")(file, size) }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let (_, system) = of(file);
    with(|r| r.files.remove(&(file as usize)));
    // SAFETY: passed on as it came; the entry above is gone before SQLite may use the place again.
    unsafe { system.xClose.expect("files can be closed")(file) }
}
