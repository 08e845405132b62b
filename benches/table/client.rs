//! The least HTTP client that does: one request a connection, a chunked answer, no copies.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::Outcome;

/// An answer whose body is being read.
pub struct Answer {
    connection: TcpStream,
    /// Came with the head and is not looked at yet.
    ahead: Vec<u8>,
    /// Of the chunk that is read.
    left: usize,
    /// The line with a chunk's size, as far as it is there.
    line: Vec<u8>,
    ended: bool,
}

impl Answer {
    /// Asks for a video. `window` bounds what the kernel receives ahead of the reader, in bytes.
    pub async fn of(address: &str, request: &Value, window: Option<u32>) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(window) = window {
            socket.set_recv_buffer_size(window)?;
        }
        let mut connection = socket.connect(address.parse()?).await?;
        connection.set_nodelay(true)?;
        let body = request.to_string();
        let head = format!(
            "POST /api/generate-workout-video HTTP/1.1\r\nHost: {address}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(head.as_bytes()).await?;
        let mut answer = Vec::with_capacity(1 << 10);
        let body = loop {
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if connection.read_buf(&mut answer).await? == 0 {
                return Err("the connection ended before the answer".into());
            }
        };
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&answer).into());
        }
        Ok(Self {
            connection,
            ahead: answer.split_off(body),
            left: 0,
            line: Vec::new(),
            ended: false,
        })
    }

    /// Reads once into `buffer` and gives each stretch of the body to `see`; false after the body's end.
    pub async fn read(
        &mut self,
        buffer: &mut [u8],
        mut see: impl FnMut(&[u8]) -> Outcome<()>,
    ) -> Outcome<bool> {
        if self.ended {
            return Ok(false);
        }
        let ahead = std::mem::take(&mut self.ahead);
        let mut rest = ahead.as_slice();
        if rest.is_empty() {
            let read = self.connection.read(buffer).await?;
            rest = &buffer[..read];
        }
        if rest.is_empty() {
            return Err("the connection ended before the video".into());
        }
        while !rest.is_empty() {
            if self.left > 0 {
                let (body, after) = rest.split_at(self.left.min(rest.len()));
                see(body)?;
                self.left -= body.len();
                rest = after;
            } else {
                self.line.push(rest[0]);
                rest = &rest[1..];
                self.chunk()?;
            }
        }
        Ok(!self.ended)
    }

    /// Opens the next chunk once its line is there; the empty line before it ends the last one.
    fn chunk(&mut self) -> Outcome<()> {
        let Some(line) = self.line.strip_suffix(b"\r\n") else {
            return Ok(());
        };
        if !line.is_empty() {
            self.left = usize::from_str_radix(std::str::from_utf8(line)?, 16)?;
            self.ended = self.left == 0;
        }
        self.line.clear();
        Ok(())
    }
}
