//! nginx with files of a folder: what a download is measured beside.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Outcome;

/// Where packages put it, which is not on everybody's `PATH`.
const PLACES: [&str; 3] = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/// A running nginx; ends when dropped.
pub struct Nginx {
    process: Child,
    pub address: String,
}

impl Nginx {
    /// Serves a folder as its authors advise for large files, with a worker for each core. `None` where there
    /// is no nginx.
    pub fn start(folder: &Path) -> Outcome<Option<Self>> {
        let answers = |place: &&&str| {
            let asked = Command::new(place).arg("-v").stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        let Some(program) = PLACES.iter().find(answers) else {
            return Ok(None);
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let at = folder.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {at}/{what};"));
        // As root its workers would else be somebody who may not read the folder.
        let user = if fs::read_to_string("/proc/self/status")?.contains("\nUid:\t0\t") {
            "user root;"
        } else {
            ""
        };
        let settings = format!(
            "{user} daemon off; worker_processes auto; pid {at}/pid; error_log stderr error;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; {} types {{ video/mp4 mp4; }}\n\
             open_file_cache max=100; server {{ listen {address}; root {at}; }} }}\n",
            temporary.concat()
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, settings)?;
        let process = Command::new(program)
            .args(["-e", "stderr", "-p"])
            .arg(folder)
            .arg("-c")
            .arg(file)
            .stdout(Stdio::null())
            .spawn()?;
        let nginx = Self { process, address };
        for _ in 0..100 {
            if std::net::TcpStream::connect(&nginx.address).is_ok() {
                return Ok(Some(nginx));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("nginx does not listen after 5 s".into())
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked, for its workers end with it only then.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
