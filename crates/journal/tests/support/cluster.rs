//! A private PostgreSQL for tests: found, started in a temporary folder, stopped when dropped.
//!
//! `initdb` refuses root, so as root the server runs as the user `nobody`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server that listens on a Unix socket in its own folder only.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    as_nobody: bool,
}

impl Cluster {
    /// Starts a server, or says in words why there is none.
    pub fn start() -> Result<Self, String> {
        let bin = find().ok_or("no initdb on PATH or in /usr/lib/postgresql/*/bin")?;
        let folder = tempfile::Builder::new().prefix("pg").tempdir().map_err(|e| e.to_string())?;
        let as_nobody = is_root();
        if as_nobody {
            // The name of the folder is random, and a socket needs a folder that its owner may write to.
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).map_err(|e| e.to_string())?;
        }
        let cluster = Self { folder, bin, as_nobody };
        let data = cluster.data();
        let data = data.to_str().ok_or("the temporary folder's name is not UTF-8")?;
        cluster.run("initdb", &["-D", data, "-U", "oneboard", "-A", "trust", "-E", "UTF8", "--no-sync"])?;
        let socket = cluster.folder.path().display().to_string();
        let options = format!("-c listen_addresses='' -c unix_socket_directories={socket}");
        let log = cluster.folder.path().join("log").display().to_string();
        cluster.run("pg_ctl", &["-D", data, "-w", "-l", &log, "-o", &options, "start"])?;
        Ok(cluster)
    }

    /// Connection string for the `postgres` crate, to a fresh database of this name.
    pub fn database(&self, name: &str) -> String {
        let socket = self.folder.path().display().to_string();
        let made = self.run("createdb", &["-h", &socket, "-U", "oneboard", name]);
        made.expect("a server that runs makes a database");
        format!("host={socket} user=oneboard dbname={name}")
    }

    /// Ends every client's connection to this database, as a restart of the server would.
    pub fn cut_connections(&self, name: &str) {
        let socket = self.folder.path().display().to_string();
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        let cut = self.run("psql", &["-h", &socket, "-U", "oneboard", "-d", "postgres", "-c", &sql]);
        cut.expect("a server that runs ends connections");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let program = self.bin.join(program);
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|e| format!("{}: {e}", program.display()))?;
        if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", program.display())) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data().display().to_string();
        if let Err(why) = self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]) {
            eprintln!("the test's PostgreSQL was not stopped: {why}");
        }
    }
}

fn find() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")?;
    // Not the wrapper that may stand on PATH: the folder that holds the server itself.
    let whole = |folder: &Path| ["initdb", "pg_ctl", "postgres", "createdb"].iter().all(|p| folder.join(p).is_file());
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|v| v.path().join("bin"));
    std::env::split_paths(&on_path).chain(packaged).find(|folder| whole(folder))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n")
}
