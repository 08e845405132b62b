//! Parses the host that a request is for, from a `Host` header, a request target or an `Origin` header.
//!
//! For [`super::access`], which decides by it. Parsing is strict: a text that two parsers could read as
//! different hosts is refused. Such texts are numbers that some parsers take for an IP address (`127.1`,
//! `0x7f.1`), user names, and empty labels.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest name in DNS, and longest label (the part between two dots), in bytes.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// A name or an IP address, in a normal form, so that `==` compares hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, without a final dot.
    Name(String),
    /// An IP address. An IPv4 address that is written as IPv6 (`::ffff:127.0.0.1`) becomes the IPv4 address.
    Address(IpAddr),
}

/// A host with an optional port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The host, without the port.
    pub host: Host,
    /// The port. `None` if the text has no port: the default port of the scheme applies.
    pub port: Option<u16>,
}

impl Host {
    /// Whether the host always means the machine on which the client runs.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            // RFC 6761, 6.3: names below `localhost` are loopback names, too, and nobody can register them.
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Address(address) => address.is_loopback(),
        }
    }

    /// Parses a name or an IPv4 address.
    fn unbracketed(text: &str) -> Option<Self> {
        // `example.org.` is the absolute form of the same name.
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let legal = |label: &str| {
            (1..=LONGEST_LABEL).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if name.len() > LONGEST_NAME || !name.split('.').all(legal) {
            return None;
        }
        // The rule of browsers (WHATWG URL, "ends in a number"): a host whose last label is a
        // number must be an IPv4 address.
        let last = name.rsplit('.').next().unwrap_or_default();
        let hexadecimal = last
            .strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if hexadecimal || last.bytes().all(|digit| digit.is_ascii_digit()) {
            let address: Ipv4Addr = name.parse().ok()?;
            return Some(Self::Address(address.into()));
        }
        Some(Self::Name(name))
    }
}

impl Authority {
    /// Parses `host`, `host:port` or `[address]:port`. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            (Host::Address(IpAddr::V6(address).to_canonical()), port)
        } else {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (Host::unbracketed(host)?, port)
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            // RFC 3986, 3.2.3: the port after the colon may be empty.
            Some("") => None,
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        Some(Self { host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_in_every_spelling_and_nothing_else_is() {
        let name = |text: &str| Some((Host::Name(text.to_owned()), None));
        let address = |text: &str, port| Some((Host::Address(text.parse().unwrap()), port));
        for (text, expected) in [
            ("localhost", name("localhost")),
            ("LocalHost.", name("localhost")),
            ("my_nas-2.local", name("my_nas-2.local")),
            ("localhost:", name("localhost")),
            (
                "xn--caf-dma.example:443",
                Some((Host::Name("xn--caf-dma.example".to_owned()), Some(443))),
            ),
            ("127.0.0.1:8000", address("127.0.0.1", Some(8000))),
            ("127.0.0.1.", address("127.0.0.1", None)),
            ("[::1]:8000", address("::1", Some(8000))),
            ("[0:0:0:0:0:0:0:1]", address("::1", None)),
            ("[::ffff:127.0.0.1]:1", address("127.0.0.1", Some(1))),
            ("", None),
            (".", None),
            (":8000", None),
            ("..", None),
            ("a..b", None),
            (".localhost", None),
            ("::1", None),
            ("[::1", None),
            ("[::1]x", None),
            ("[::1%25lo]", None),
            ("[localhost]", None),
            ("127.1", None),
            ("2130706433", None),
            ("0x7f.1", None),
            ("127.0.0.0x1", None),
            ("0177.0.0.1", None),
            ("256.0.0.1", None),
            ("a:65536", None),
            ("a:+1", None),
            ("a:1:2", None),
            ("a@localhost", None),
            ("localhost/", None),
            ("local host", None),
            ("caf\u{e9}.example", None),
            ("localhost,evil.example", None),
            (&"a".repeat(64), None),
            (&"a.".repeat(127), name(&"a.".repeat(127)[..253])),
            (&"a.".repeat(128), None),
        ] {
            let read = Authority::parse(text).map(|read| (read.host, read.port));
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn loopback_is_what_nobody_else_can_have() {
        let loopback = |text: &str| Authority::parse(text).unwrap().host.is_loopback();
        for own in [
            "localhost",
            "coach.localhost",
            "127.0.0.1",
            "127.8.9.10",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(loopback(own), "{own}");
        }
        for other in [
            "localhost.example",
            "notlocalhost",
            "0.0.0.0",
            "128.0.0.1",
            "[::]",
            "[::2]",
            "127.0.0.1.example",
        ] {
            assert!(!loopback(other), "{other}");
        }
    }
}
