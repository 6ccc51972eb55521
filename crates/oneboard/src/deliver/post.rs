//! One HTTP request to a server that was looked at first, in the clear or by TLS, and the number of its answer.
//!
//! A connection carries one request, and nothing of it outlives the answer. Redirects are not followed.

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};

use super::{Secrecy, Target};

/// A line of a status, in bytes; what is longer is none.
const LONGEST_LINE: u64 = 256;

/// Where a request goes.
#[derive(Clone, Debug)]
pub struct Server {
    pub target: Target,
    /// In the clear where there is none.
    pub secrecy: Option<Secrecy>,
}

impl Server {
    /// Posts `body` to `path` and reads the status.
    ///
    /// # Errors
    /// In words: it is not there, is not who it should be, breaks off, or does not speak HTTP.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<u16, String> {
        let Target { host, port, .. } = &self.target;
        let stream = self.target.connect().await.map_err(|fault| fault.to_string())?;
        let named = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nhost: {named}:{port}\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let request = [request.as_bytes(), body].concat();
        match &self.secrecy {
            None => ask(stream, &request).await,
            Some(secrecy) => ask(secrecy.around(host, stream).await?, &request).await,
        }
    }
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> Result<u16, String> {
    let broken = |fault: std::io::Error| format!("the server broke off: {fault}");
    stream.write_all(request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut line = String::new();
    BufReader::new(stream).take(LONGEST_LINE).read_line(&mut line).await.map_err(broken)?;
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|status| status.parse().ok());
    status.ok_or_else(|| "the server did not answer in HTTP".to_owned())
}
