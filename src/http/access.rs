//! Which requests are looked at at all: for which host, from which page, and how long.
//!
//! For the router, as a layer before all routes, and for routes whose GET starts work ([`FromOwnPage`]). It stands
//! between a browser and this server: any page on the web can make its visitor's browser ask a server on
//! the visitor's own machine or network. Whoever is no browser can say anything in these headers, and gains
//! nothing by it: this is no access control.
//!
//! Two attacks, two checks:
//!
//! - **DNS rebinding.** A page's own name is made to point here, and the page is then of this server's origin for its
//!   browser. The request still carries that name as its host, so names that are not this server's are
//!   refused (421). Bound to a loopback address, only loopback names and addresses are its own, and those of
//!   `COACH_HOSTS`. Bound to any other, the names by which people reach it are not known here: all are served until
//!   `COACH_HOSTS` names them. Forwarding headers (`X-Forwarded-Host`) are not read: anyone can send them.
//!   `/health` and `/ready` answer whatever host they are asked for, as checkers ask by changing addresses; any page
//!   may read both anyhow.
//! - **Cross-site requests.** A page of another origin may read (GET and HEAD, [CORS](super::cors) for all): links
//!   are shared, and players elsewhere show them. What starts work or changes something is for the
//!   server's own pages, for pages from loopback (developers'), and for those of `COACH_ORIGINS`; others are refused
//!   (403) before their body is read. Leaving CORS headers out would not do: a form's POST and a `text/plain` one are
//!   sent without asking first.
//!
//! "Starts work" is every method but GET, HEAD and OPTIONS, so that a new route is on the safe side, and the GET of
//! `stream.mp4`, as each such request may have an FFmpeg of its own. Other GETs (posters, previews,
//! `video.mp4`, HLS) may start FFmpeg, too, for what was never asked for before. They stay open, for they are what a
//! link is for, and what they start is bounded: it is made once for all who ask, kept, and queued.

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

/// Longest address, from its first slash, in bytes: what RFC 9110 (4.1) asks servers to take, and four times the
/// longest link.
const LONGEST_ADDRESS: usize = 8_000;
/// Most query parameters; the route that knows most has seven.
const MAX_PARAMETERS: usize = 16;
/// Characters of a client's text that a problem repeats.
const LONGEST_TEXT: usize = 100;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The hosts of `COACH_HOSTS`: names and addresses, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// `*`.
    Any,
    /// These, at any port.
    Listed(Vec<Host>),
}

/// The origins of `COACH_ORIGINS`, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// `*`.
    Any,
    /// These.
    Listed(Vec<Origin>),
}

/// Where a page comes from: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: Host,
    port: u16,
}

/// The rules of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    hosts: Hosts,
    origins: Origins,
    /// Paths that answer for any host.
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

/// The entries between commas; `None` if one of them is `*`.
fn listed<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<Vec<T>>, String> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let (all, named): (Vec<&str>, Vec<&str>) = entries.partition(|entry| *entry == "*");
    let named = named.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(all.is_empty().then_some(named))
}

impl Origin {
    /// Reads an `Origin` header as browsers write it. `null` is none.
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

    /// Whether a page of this origin, asking this server by `authority`, asks its own server. A proxy may have taken
    /// TLS off, so the scheme is the origin's.
    fn is_of(&self, authority: &Authority) -> bool {
        self.host == authority.host && self.port == authority.port.unwrap_or(default_port(self.https))
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

impl Access {
    /// The rules of a server that is bound to `bind` and answers below `base_path`. Empty lists are as if
    /// they were not set.
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

    /// Whether requests for every host are answered.
    #[must_use]
    pub fn serves_any_host(&self) -> bool {
        self.hosts == Hosts::Any
    }

    /// Refuses what no route is to see.
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
            // A preflight asks for the request that is to follow it.
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

    /// Refuses a request that a page made which may not start work here. `host` is what the request is for.
    fn admit_page(&self, headers: &HeaderMap, host: Option<&Authority>) -> Result<(), Problem> {
        let Origins::Listed(listed) = &self.origins else {
            return Ok(());
        };
        // What the browser says of page and server; no script can set it.
        let site = only(headers, &SEC_FETCH_SITE);
        match only(headers, &header::ORIGIN) {
            // Not by fetch or a form, which send an `Origin`: an address that was typed in, an older browser, or none.
            HeaderValues::Nothing => match site {
                HeaderValues::Nothing | HeaderValues::Once("same-origin" | "none") => Ok(()),
                // Another port of this machine.
                HeaderValues::Once("same-site") if host.is_some_and(|host| host.host.is_loopback()) => Ok(()),
                _ => Err(foreign("a page of another site")),
            },
            HeaderValues::Once(text) => {
                let trusted = Origin::parse(text).is_some_and(|origin| {
                    origin.host.is_loopback()
                        || listed.contains(&origin)
                        || host.is_some_and(|host| origin.is_of(host))
                        // Behind a proxy that asks by another host than it was asked by.
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

/// Lets only those requests pass on that [`Access`] allows.
pub async fn admit(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    match access.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// That a request may start work. For routes whose GET does; other methods are checked before all routes.
///
/// A person who follows a link from elsewhere may open it: the page that it stood on is gone then, and can do so
/// no second time.
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

/// What a request says in a header that it must not have twice.
enum HeaderValues<'r> {
    Nothing,
    Once(&'r str),
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

/// The host that a request is for; `None` for one of HTTP/1.0 that names none, which no browser sends.
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
        // RFC 9112, 3.2.2: a target with a host of its own counts, not the header.
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

/// Refuses an address that no link and no filter needs.
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
