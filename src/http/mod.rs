//! The HTTP API: all routes, the layers around the routes, and the state that the handlers share.
//!
//! For browsers, players and scripts. [`AppState`] is the shared state. [`router`] builds all routes with
//! their layers. [`server`] serves the router on a socket. A handler that fails returns a [`problem`];
//! [`envelope`] writes the body of the problem. The handlers only translate between HTTP and the rest of the
//! crate: they do not plan or render.
//!
//! | route or task | module |
//! | --- | --- |
//! | `POST /api/generate-workout-video`, `POST /api/plan` | [`workouts`] |
//! | `POST /api/week-plan` | [`week`] |
//! | `/api/workouts...` | [`links`]; [`text_response`] sends the texts |
//! | the MP4 file, the stream and the HLS files of a link | [`videos`] |
//! | `GET /api/exercises...` | [`exercises`]; [`filter`] reads the query, [`view`] defines the JSON |
//! | posters and previews | [`memory_response`] |
//! | the snapshot of exercises and clips for one request | `snapshot` |
//! | byte ranges, validators and multipart bodies of a video | [`range_response`] |
//! | `GET /health`, `GET /ready` | [`ready`] |
//! | `GET /`, and all paths without a route: the web app | [`app`] |
//! | before all routes: checks of the host, the origin and the URL | [`access`], [`host`] |
//! | `/docs`, `/openapi.json`, `/problems/...` | [`docs`]; [`mod@openapi`] completes the document |

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
/// The seed of the plan: the same request with this seed gives the same workout.
pub const WORKOUT_SEED: HeaderName = HeaderName::from_static("x-workout-seed");
/// The renderer that makes a video: `graph` or `stitch`.
pub const WORKOUT_RENDERER: HeaderName = HeaderName::from_static("x-workout-renderer");

/// Path of the link of a workout. Missing when the workout is too long for a link.
pub const WORKOUT_LINK: HeaderName = HeaderName::from_static("x-workout-link");

/// Paths of the health check and the readiness check, below the base path.
/// [`access`] answers them for every host.
const READINESS_PATHS: [&str; 2] = ["/health", "/ready"];

/// The state that all requests share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The exercises and their clips. Each request takes one snapshot.
    pub clips: Clips,
    /// Makes the videos. Each request gives the renderer the clips of the request's
    /// snapshot (`Renderer::with_clips`).
    pub renderer: Renderer,
    /// Makes posters and previews. Each request gives it the clips of the request's snapshot, too.
    pub thumbnails: Thumbnails,
    /// Plans of tokens that were opened lately.
    pub plan_cache: links::PlanCache,
    /// Layouts and playlists of the stitched videos that were read lately.
    pub layout_cache: LayoutCache,
    /// Checks FFmpeg, FFprobe and the cache folder for `/ready`.
    pub readiness: Arc<ready::Readiness>,
    /// Progress of the prefetch of loops. `None` outside when the server does not prefetch; `None` inside
    /// until the prefetch has started.
    pub prefetch: Option<watch::Receiver<Option<PrefetchProgress>>>,
    /// Decides which requests reach a route.
    pub access: Arc<Access>,
    /// Longest body of a request, in bytes.
    pub max_body: usize,
    /// The window of [`minimum_rate::MinimumRate`]: a client that holds a render permit and
    /// takes too little video in this time is cut off. [`server::StallGuard`] uses the same
    /// setting for clients that read nothing.
    pub stall: Duration,
    /// The prefix of every path: empty, or such as `/coach`.
    pub base_path: Arc<str>,
    /// When the server started.
    pub started: Instant,
    /// The web app. `None` when the binary was built without it.
    pub app: Option<Arc<app::App>>,
    /// Cancelled when the server shuts down. Responses that stream a rendering end with an error then.
    pub shutdown: CancellationToken,
}

/// Builds all routes with their layers.
pub fn router(state: AppState) -> Router {
    let (api, spec) = documented().split_for_parts();
    let spec = openapi::completed(spec, &state.base_path);
    let base_path = Arc::clone(&state.base_path);
    let (access, max_body) = (Arc::clone(&state.access), state.max_body);
    let routes = api.merge(docs::pages(spec)).fallback(app::serve);
    let routes = match &*base_path {
        "" => routes,
        // `nest` alone answers `/coach`, but not `/coach/`.
        prefix => Router::new()
            .nest(prefix, routes)
            .route(&format!("{prefix}/"), get(docs::home)),
    };
    around(routes.with_state(state), base_path, access, max_body)
}

/// Adds the layers that surround all routes. Each layer wraps the layers before it: a
/// request meets the last layer first.
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

/// Builds the OpenAPI document of all routes.
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

/// Allows every page to read responses: the server has neither cookies nor accounts. [`access`] decides
/// earlier which pages may start work; responses to those pages carry the same CORS headers.
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

/// Whether to compress a response. Only JSON, playlists, captions, plain text and the web app's texts are
/// compressed: video and images are compressed already, and a stream must not wait in a buffer.
fn is_text_answer(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| TEXTS.iter().any(|text| kind.starts_with(text)))
}

/// Prefixes of the media types that are compressed.
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

// `CatchPanicLayer` calls the function with an owned payload.
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
                // Client generators name their functions by the operation id.
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
