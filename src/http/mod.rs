//! The HTTP API: routes over the modules below, and nothing that they could do themselves.
//!
//! For browsers and scripts. [`AppState`] is what the handlers share, [`router`] all routes with
//! their layers, [`server`] the socket. Failures are [`problem`]s; [`envelope`] writes them.
//!
//! | route | file |
//! | --- | --- |
//! | `POST /api/generate-workout-video`, `POST /api/plan` | [`workouts`] |
//! | `POST /api/week-plan` | [`week`] |
//! | `/api/workouts...` | [`links`], its texts answered by [`text_response`] |
//! | `GET /api/exercises...` | [`exercises`], its query in [`filter`], its JSON in [`view`] |
//! | posters and previews | [`memory_response`] |
//! | what can be shown, for one request | `snapshot` |
//! | ranges, validators and parts of a video | [`range_response`] |
//! | `GET /health`, `GET /ready` | [`ready`] |
//! | `GET /`, and all else: the web app | [`app`] |
//! | before all routes: which hosts and pages are answered | [`access`], [`host`] |
//! | `/docs`, `/openapi.json`, `/problems/...` | [`docs`], the document's common parts in [`openapi`] |

pub mod access;
pub mod app;
pub mod body;
pub mod delivery;
pub mod docs;
pub mod envelope;
pub mod exercises;
pub mod filter;
mod headers;
pub mod host;
pub mod hud_query;
pub mod language_query;
pub mod links;
pub mod memory_response;
pub mod minimum_rate;
pub mod notes_header;
pub mod openapi;
pub mod problem;
mod query;
pub mod range_response;
pub mod ready;
pub mod server;
mod snapshot;
pub mod text_response;
pub mod videos;
pub mod view;
pub mod week;
pub mod workouts;

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, HeaderName, Method, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any as AnyOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clip::Clips;
use crate::deliver::LayoutCache;
use crate::render::{PrefetchProgress, Renderer, Thumbnails};
use access::Access;
use problem::Problem;

/// Length of a video in seconds, such as `95.0`.
pub const WORKOUT_DURATION: HeaderName = HeaderName::from_static("x-workout-duration");
/// Codecs of a video, for a player's `MediaSource`.
pub const WORKOUT_CODECS: HeaderName = HeaderName::from_static("x-workout-codecs");
/// What the choices of a workout were made with.
pub const WORKOUT_SEED: HeaderName = HeaderName::from_static("x-workout-seed");
/// Who makes a video: `graph` or `stitch`.
pub const WORKOUT_RENDERER: HeaderName = HeaderName::from_static("x-workout-renderer");

/// Path of a video's link, if the workout is not too long for one.
pub const WORKOUT_LINK: HeaderName = HeaderName::from_static("x-workout-link");

/// What answers whether the server lives and can work, below the base path.
const READINESS_PATHS: [&str; 2] = ["/health", "/ready"];

/// What all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Which exercises there are, and which of them can be shown: each request takes a snapshot.
    pub clips: Clips,
    /// Makes the videos, once it has the clips of a snapshot.
    pub renderer: Renderer,
    /// Posters and previews, likewise.
    pub thumbnails: Thumbnails,
    /// Links that were opened lately.
    pub plan_cache: links::PlanCache,
    /// Where everything lies in the videos of links that were read lately.
    pub layout_cache: LayoutCache,
    /// Whether the server can do its work.
    pub readiness: Arc<ready::Readiness>,
    /// Loops that are prepared in the background, if they are.
    pub prefetch: Option<watch::Receiver<Option<PrefetchProgress>>>,
    /// Which requests are answered at all.
    pub access: Arc<Access>,
    /// Longest body of a request, in bytes.
    pub max_body: usize,
    /// Seconds after which a client that reads nothing, or too little of what holds a place, is dropped.
    pub stall: Duration,
    /// What comes before every path: empty, or `/coach`.
    pub base_path: Arc<str>,
    /// When the server started.
    pub started: Instant,
    /// The web app, if the binary has one.
    pub app: Option<Arc<app::App>>,
    /// Cancelled when the server is to end; deliveries break off then.
    pub shutdown: CancellationToken,
}

/// All routes with their layers.
pub fn router(state: AppState) -> Router {
    let (api, spec) = documented().split_for_parts();
    let spec = openapi::completed(spec, &state.base_path);
    let base_path = Arc::clone(&state.base_path);
    let (access, max_body) = (Arc::clone(&state.access), state.max_body);
    let routes = api.merge(docs::pages(spec)).fallback(app::serve);
    let routes = match &*base_path {
        "" => routes,
        // Nesting alone would answer at /coach, not at /coach/.
        prefix => Router::new()
            .nest(prefix, routes)
            .route(&format!("{prefix}/"), get(docs::home)),
    };
    around(routes.with_state(state), base_path, access, max_body)
}

/// What surrounds all routes. A layer wraps those before it: the last one is the first that a
/// request meets.
fn around(routes: Router, base_path: Arc<str>, access: Arc<Access>, max_body: usize) -> Router {
    routes
        .layer(DefaultBodyLimit::max(max_body))
        .layer(CatchPanicLayer::custom(of_panic))
        .layer(CompressionLayer::new().compress_when(is_text_answer))
        .layer(axum::middleware::map_response(text_response::weaken))
        .layer(cors())
        .layer(axum::middleware::from_fn_with_state(access, access::admit))
        .layer(axum::middleware::from_fn_with_state(
            base_path,
            envelope::envelope,
        ))
}

/// The OpenAPI document of all routes.
#[must_use]
pub fn openapi(base_path: &str) -> utoipa::openapi::OpenApi {
    openapi::completed(documented().into_openapi(), base_path)
}

/// The routes that the OpenAPI document describes.
fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(workouts::generate))
        .routes(routes!(workouts::show_plan))
        .routes(routes!(week::plan_week))
        .merge(links::routes())
        .merge(videos::routes())
        .routes(routes!(exercises::list))
        .routes(routes!(exercises::show))
        .routes(routes!(exercises::poster))
        .routes(routes!(exercises::preview))
        .routes(routes!(ready::health))
        .routes(routes!(ready::ready))
}

/// Any page may read: there are neither cookies nor accounts. Which pages may start work is decided before, by
/// [`access`]; those get the same headers.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(AnyOrigin)
        .expose_headers([
            WORKOUT_DURATION,
            WORKOUT_CODECS,
            WORKOUT_SEED,
            WORKOUT_RENDERER,
            WORKOUT_LINK,
            notes_header::WORKOUT_NOTES,
            envelope::REQUEST_ID,
            header::RETRY_AFTER,
            header::LOCATION,
            header::ETAG,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
        ])
}

/// Only JSON, playlists, captions, plain text and the page are compressed: video and images are already, and a stream
/// must not wait in a buffer.
fn is_text_answer(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| TEXTS.iter().any(|text| kind.starts_with(text)))
}

/// Media types that are compressed.
const TEXTS: [&str; 9] = [
    "application/json",
    "application/vnd.apple.mpegurl",
    "application/manifest+json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/vtt",
    "text/plain",
];

// The layer hands the payload over, whether it is needed or not.
#[allow(clippy::needless_pass_by_value)]
fn of_panic(payload: Box<dyn Any + Send>) -> Response {
    let words = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    Problem::internal(format!("panic: {}", words.unwrap_or("without words"))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_leaves_as_a_problem_with_id_and_without_its_words() {
        async fn broken() {
            panic!("a secret path");
        }
        let access = Access::new([127, 0, 0, 1].into(), "", None, None);
        let routes = Router::new().route("/", get(broken));
        let surrounded = around(routes, "".into(), access.into(), 1000);
        let request = Request::builder()
            .header("host", "localhost")
            .header("x-request-id", "mine")
            .body(Body::empty());
        let response = surrounded.oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["x-request-id"], "mine");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            body.contains("/problems/internal") && !body.contains("secret"),
            "{body}"
        );
    }

    #[test]
    fn the_document_describes_every_route() {
        let spec = serde_json::to_value(openapi("/coach")).unwrap();
        assert_eq!(spec["servers"][0]["url"], "/coach");
        let mut routes = Vec::new();
        let mut names = std::collections::HashSet::new();
        for (path, methods) in spec["paths"].as_object().unwrap() {
            for (method, route) in methods.as_object().unwrap() {
                let answers: Vec<&String> = route["responses"].as_object().unwrap().keys().collect();
                routes.push(format!("{method} {path} -> {answers:?}"));
                assert!(route["summary"].is_string(), "{method} {path} has no summary");
                // Generators of clients name their functions by it.
                assert!(
                    names.insert(&route["operationId"]),
                    "{path}: {}",
                    route["operationId"]
                );
            }
        }
        insta::assert_snapshot!(routes.join("\n"));
        let text = spec.to_string();
        for (reference, _) in text.match_indices("#/components/schemas/") {
            let name = text[reference + 21..].split('"').next().unwrap();
            assert!(
                spec["components"]["schemas"][name].is_object(),
                "{name} is used, not described"
            );
        }
    }
}
