//! Decides which requests reach a route: by host, by the page that sends them, and by the length of the URL.
//!
//! For the router, as a layer before all routes, and for routes whose GET starts work ([`FromOwnPage`]). Any
//! page on the web can make its visitor's browser send requests to a server on the visitor's own machine or
//! network; the checks here protect against such pages. They are no access control: a program that is not a
//! browser can send any value in these headers, and gains nothing by it.
//!
//! There are two attacks, and one check for each:
//!
//! - **DNS rebinding.** An attacker points the name of their own page to this server; the browser then treats
//!   the page as being of this server's origin. The request still carries the attacker's name as its host, so
//!   the server refuses hosts that are not its own (421). A server that is bound to a loopback address owns
//!   loopback names, loopback addresses and the hosts of `COACH_HOSTS`. A server that is bound to any other
//!   address does not know the names by which people reach it: it serves every host until `COACH_HOSTS` names
//!   some. `X-Forwarded-Host` and similar headers are not read, because any client can send them. `/health`
//!   and `/ready` answer for every host, because health checkers use changing addresses, and any page may
//!   read both responses anyway.
//! - **Cross-site requests.** A page of another origin may read (GET and HEAD, with CORS headers for all):
//!   people share links, and players on other sites show them. Requests that start work or change something
//!   are allowed for the server's own pages, for pages from loopback (for developers), and for the origins of
//!   `COACH_ORIGINS`. The server refuses all others (403) before it reads their body. To omit the CORS
//!   headers is not enough: browsers send a form's POST and a `text/plain` POST without a preflight.
//!
//! A request "starts work" if its method is not GET, HEAD or OPTIONS, so that new routes are protected by
//! default. The GET of `stream.mp4` starts work, too, because each such request may have an FFmpeg process of
//! its own. Other GETs (posters, previews, `video.mp4`, HLS) may start FFmpeg when they ask for something
//! new. They stay open, because links exist for them, and their work is bounded: results are made once for
//! all clients, cached, and queued.

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

use super::host::{Authority, Host};
use super::problem::{Fault, Problem, ProblemKind};
use super::{AppState, READINESS_PATHS};

/// Longest path and query together, in bytes. RFC 9110 (4.1) asks servers to accept at least this length; the
/// longest link has a quarter of it.
const LONGEST_ADDRESS: usize = 8_000;
/// Most query parameters. The route with the most, `/api/exercises`, has seven.
const MAX_PARAMETERS: usize = 16;
/// Characters of a client's text that a problem repeats at most.
const LONGEST_TEXT: usize = 100;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The hosts of `COACH_HOSTS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// Every host (`*`).
    Any,
    /// These names and addresses, at any port.
    Listed(Vec<Host>),
}

/// The origins of `COACH_ORIGINS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every origin (`*`).
    Any,
    /// Only these origins.
    Listed(Vec<Origin>),
}

/// The origin of a page: scheme (`http` or `https`), host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: Host,
    port: u16,
}

/// The hosts and origins that a server accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    hosts: Hosts,
    origins: Origins,
    /// Paths that the server answers for every host.
    open: Arc<[String]>,
}

impl FromStr for Hosts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let listed = listed(text, |entry| {
            let authority = Authority::parse(entry)
                .or_else(|| Authority::parse(&format!("[{entry}]")))
                .ok_or_else(|| {
                    format!("{entry} is no host: write a name or an address, such as coach.example")
                })?;
            match authority.port {
                None => Ok(authority.host),
                Some(_) => Err(format!(
                    "{entry} has a port: leave it out, hosts are served at any"
                )),
            }
        })?;
        Ok(listed.map_or(Self::Any, Self::Listed))
    }
}

impl FromStr for Origins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let listed = listed(text, |entry| {
            Origin::parse(entry).ok_or_else(|| {
                format!(
                    "{entry} is no origin: write scheme, host and port, such as https://coach.example:8443"
                )
            })
        })?;
        Ok(listed.map_or(Self::Any, Self::Listed))
    }
}

/// Reads the entries between commas. `None` if one of the entries is `*`.
fn listed<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<Vec<T>>, String> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let (all, named): (Vec<&str>, Vec<&str>) = entries.partition(|entry| *entry == "*");
    let named = named.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(all.is_empty().then_some(named))
}

impl Origin {
    /// Reads an `Origin` header as browsers write it. `None` for the value `null`.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let Authority { host, port } = Authority::parse(authority)?;
        Some(Self {
            https,
            host,
            port: port.unwrap_or(default_port(https)),
        })
    }

    /// Whether `authority`, by which the request names this server, is the origin's own server. A proxy may
    /// have removed TLS, so the default port follows the scheme of the origin.
    fn is_of(&self, authority: &Authority) -> bool {
        self.host == authority.host && self.port == authority.port.unwrap_or(default_port(self.https))
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

impl Access {
    /// The rules of a server that is bound to `bind` and whose paths begin with `base_path`. An empty list
    /// counts as a list that is not set.
    #[must_use]
    pub fn new(bind: IpAddr, base_path: &str, hosts: Option<&Hosts>, origins: Option<&Origins>) -> Self {
        let hosts = match hosts {
            Some(Hosts::Listed(listed)) if listed.is_empty() => None,
            set => set.cloned(),
        };
        let usual = if bind.to_canonical().is_loopback() {
            Hosts::Listed(Vec::new())
        } else {
            Hosts::Any
        };
        Self {
            hosts: hosts.unwrap_or(usual),
            origins: origins.cloned().unwrap_or(Origins::Listed(Vec::new())),
            open: READINESS_PATHS.map(|path| format!("{base_path}{path}")).into(),
        }
    }

    /// Whether the server answers requests for every host.
    #[must_use]
    pub fn serves_any_host(&self) -> bool {
        self.hosts == Hosts::Any
    }

    /// Returns a problem for a request that must not reach a route.
    fn check(&self, request: &Request) -> Result<(), Problem> {
        bounded(request.uri())?;
        let host = host_of(request.version(), request.uri(), request.headers())?;
        if let Some(Authority { host, .. }) = &host
            && !self.serves(host)
            && !self.open.iter().any(|path| path == request.uri().path())
        {
            return Err(unknown_host(host));
        }
        let starts_work = match *request.method() {
            Method::GET | Method::HEAD => false,
            // A preflight asks whether the browser may send the request that it describes.
            Method::OPTIONS => request
                .headers()
                .get(header::ACCESS_CONTROL_REQUEST_METHOD)
                .is_some_and(|method| method != "GET" && method != "HEAD"),
            _ => true,
        };
        if starts_work {
            self.admit_page(request.headers(), host.as_ref())?;
        }
        Ok(())
    }

    fn serves(&self, host: &Host) -> bool {
        match &self.hosts {
            Hosts::Any => true,
            Hosts::Listed(listed) => host.is_loopback() || listed.contains(host),
        }
    }

    /// Refuses the request of a page that may not start work here. `host` is the host of the request.
    fn admit_page(&self, headers: &HeaderMap, host: Option<&Authority>) -> Result<(), Problem> {
        let Origins::Listed(listed) = &self.origins else {
            return Ok(());
        };
        // The browser's statement about the relation of page and server. No script can set this header.
        let site = only(headers, &SEC_FETCH_SITE);
        match only(headers, &header::ORIGIN) {
            // Browsers send `Origin` with POST and with cross-origin `fetch`. A request without `Origin` is a
            // GET of an element such as `<video>`, a URL that a person typed in, or comes from an older
            // browser or from no browser.
            HeaderValues::Nothing => match site {
                HeaderValues::Nothing | HeaderValues::Once("same-origin" | "none") => Ok(()),
                // The page comes from another port of this machine.
                HeaderValues::Once("same-site") if host.is_some_and(|host| host.host.is_loopback()) => Ok(()),
                _ => Err(foreign("a page of another site")),
            },
            HeaderValues::Once(text) => {
                let trusted = Origin::parse(text).is_some_and(|origin| {
                    origin.host.is_loopback()
                        || listed.contains(&origin)
                        || host.is_some_and(|host| origin.is_of(host))
                        // A proxy may forward the request with another host than the browser used.
                        || matches!(site, HeaderValues::Once("same-origin"))
                });
                if trusted {
                    Ok(())
                } else {
                    let text: String = text.chars().take(LONGEST_TEXT).collect();
                    Err(foreign(&format!("the origin {text:?}")))
                }
            }
            HeaderValues::Unclearly => Err(foreign("more than one origin")),
        }
    }
}

/// Layer that passes on only the requests that [`Access`] allows.
pub async fn admit(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    match access.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Extractor for routes whose GET starts work: refuses the request of a page that may not start work.
/// [`admit`] checks the other methods before all routes.
///
/// A person may follow a link from any page (a navigation of the whole tab). The browser leaves that page
/// then, so the page cannot send a second request. Such navigations are allowed.
#[derive(Debug, Clone, Copy)]
pub struct FromOwnPage;

impl<S: Send + Sync> FromRequestParts<S> for FromOwnPage
where
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let headers = &parts.headers;
        let followed = matches!(only(headers, &SEC_FETCH_MODE), HeaderValues::Once("navigate"))
            && matches!(only(headers, &SEC_FETCH_DEST), HeaderValues::Once("document"));
        if !followed {
            let host = host_of(parts.version, &parts.uri, headers)?;
            Arc::<Access>::from_ref(state).admit_page(headers, host.as_ref())?;
        }
        Ok(Self)
    }
}

impl FromRef<AppState> for Arc<Access> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.access)
    }
}

/// The value of a header that a request may have only once.
enum HeaderValues<'r> {
    Nothing,
    Once(&'r str),
    /// The header occurs more than once, or its value is not text.
    Unclearly,
}

fn only<'r>(headers: &'r HeaderMap, name: &HeaderName) -> HeaderValues<'r> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (None, _) => HeaderValues::Nothing,
        (Some(Ok(value)), None) => HeaderValues::Once(value),
        _ => HeaderValues::Unclearly,
    }
}

/// The host that a request is for. `None` for a request of HTTP/1.0 that names
/// no host, which no browser sends.
fn host_of(version: Version, target: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, Problem> {
    let named = match only(headers, &header::HOST) {
        HeaderValues::Once(text) => {
            Some(Authority::parse(text).ok_or_else(|| bad_host("The header Host is no host."))?)
        }
        HeaderValues::Nothing if version < Version::HTTP_11 => None,
        HeaderValues::Nothing => return Err(bad_host("The header Host is missing.")),
        HeaderValues::Unclearly => {
            return Err(bad_host(
                "The header Host is there more than once, or is no text.",
            ));
        }
    };
    match target.authority() {
        // RFC 9112, 3.2.2: if the request target contains a host, that host counts, and not the header.
        Some(authority) => Authority::parse(authority.as_str())
            .map(Some)
            .ok_or_else(|| bad_host("The target of the request is no host.")),
        None => Ok(named),
    }
}

fn bad_host(what: &'static str) -> Problem {
    Problem::new(
        ProblemKind::BadHost,
        format!("{what} Send it once, with the name or address and port by which the server is asked."),
    )
}

fn unknown_host(host: &Host) -> Problem {
    let name = match host {
        Host::Name(name) => name.chars().take(LONGEST_TEXT).collect(),
        Host::Address(address) => address.to_string(),
    };
    Problem::new(
        ProblemKind::UnknownHost,
        format!(
            "This server does not answer for the host {name}. Whoever runs it can allow it with COACH_HOSTS={name}."
        ),
    )
}

fn foreign(from: &str) -> Problem {
    Problem::new(
        ProblemKind::ForeignOrigin,
        format!(
            "Only pages of this server may start work on it, and this request comes from {from}. Whoever runs it can \
             allow other origins with COACH_ORIGINS."
        ),
    )
}

/// Refuses a URL that is longer, or has more query parameters, than any link or filter needs.
fn bounded(address: &Uri) -> Result<(), Problem> {
    let query = address.query().unwrap_or_default();
    let length = address.path().len() + query.len();
    if length > LONGEST_ADDRESS {
        return Err(Problem::new(
            ProblemKind::AddressTooLong,
            format!("The address has {length} bytes; {LONGEST_ADDRESS} is the most."),
        ));
    }
    let parameters = query.split('&').count();
    if parameters > MAX_PARAMETERS {
        let fault = Fault {
            detail: format!("The address has {parameters} query parameters; {MAX_PARAMETERS} is the most."),
            ..Fault::default()
        };
        return Err(Problem::invalid(vec![fault]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_listed_without_ports_and_in_any_spelling() {
        let host = |text: &str| Authority::parse(text).unwrap().host;
        assert_eq!(
            "Coach.example., 10.0.0.5,::1, [fe80::1],".parse(),
            Ok(Hosts::Listed(vec![
                host("coach.example"),
                host("10.0.0.5"),
                host("[::1]"),
                host("[fe80::1]")
            ]))
        );
        assert_eq!("coach.example,*".parse(), Ok(Hosts::Any));
        for wrong in [
            "coach.example:80",
            "http://coach.example",
            "a b",
            "127.1",
            "*.example",
        ] {
            assert!(wrong.parse::<Hosts>().is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn origins_are_compared_with_their_default_ports() {
        let origin = |text: &str| Origin::parse(text).unwrap();
        assert_eq!(
            origin("https://Coach.example"),
            origin("HTTPS://coach.example.:443")
        );
        assert_ne!(origin("http://coach.example"), origin("https://coach.example"));
        let own = |origin: &str, host: &str| {
            Origin::parse(origin).is_some_and(|origin| origin.is_of(&Authority::parse(host).unwrap()))
        };
        assert!(own("https://coach.example", "coach.example"));
        assert!(own("http://coach.example", "coach.example:80"));
        assert!(own("https://coach.example:8443", "coach.example:8443"));
        assert!(!own("https://coach.example:8443", "coach.example"));
        assert!(!own("http://coach.example", "coach.example:443"));
        assert!(!own("http://coach.example.evil.example", "coach.example"));
        for wrong in [
            "null",
            "",
            "coach.example",
            "https://",
            "https://a/",
            "file://a",
            "https://a@b",
        ] {
            assert_eq!(Origin::parse(wrong), None, "{wrong} was taken");
        }
    }

    #[test]
    fn what_a_server_is_bound_to_decides_which_hosts_are_its_own() {
        let serves = |bind: &str, hosts: Option<&str>, host: &str| {
            let hosts = hosts.map(|hosts| hosts.parse().unwrap());
            let access = Access::new(bind.parse().unwrap(), "", hosts.as_ref(), None);
            access.serves(&Authority::parse(host).unwrap().host)
        };
        for bind in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            assert!(serves(bind, None, "localhost:8000"), "{bind}");
            assert!(serves(bind, Some(""), "[::1]"), "{bind}");
            assert!(!serves(bind, None, "192.168.1.5"), "{bind}");
            assert!(!serves(bind, None, "evil.example"), "{bind}");
            assert!(serves(bind, Some("coach.example"), "coach.example:81"), "{bind}");
            assert!(serves(bind, Some("*"), "evil.example"), "{bind}");
        }
        for bind in ["0.0.0.0", "::", "192.168.1.5"] {
            assert!(serves(bind, None, "nas.local"), "{bind}");
            assert!(serves(bind, Some(" , "), "nas.local"), "{bind}");
            assert!(!serves(bind, Some("coach.example"), "nas.local"), "{bind}");
            assert!(serves(bind, Some("coach.example"), "localhost"), "{bind}");
        }
    }
}
