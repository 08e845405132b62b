//! Pages for people: the start page, the OpenAPI page, and one page for each type of problem.
//!
//! The files of the OpenAPI page come with the binary; the page loads nothing from other servers.
//! [`mod@super::openapi`] completes the OpenAPI document, and [`super::app`] serves the web app, which
//! replaces the start page if it exists.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::headers::{DOCS_POLICY, PLAIN_POLICY};
use super::problem::{PROBLEMS, Problem, ProblemKind};
use super::{AppState, app};

/// The routes of the pages. The OpenAPI document does not describe them.
pub fn pages(spec: OpenApi) -> Router<AppState> {
    let spec = Arc::new(spec);
    let config = Arc::new(
        Config::from("../openapi.json")
            // Without this, Swagger UI sends the document to a validator on the internet for each visitor.
            .validator_url("none")
            .display_request_duration(true),
    );
    Router::new()
        .route("/", get(home))
        .route("/openapi.json", get(async move || Json(Arc::clone(&spec))))
        .route("/docs", get(to_docs))
        .route("/docs/", {
            let config = Arc::clone(&config);
            get(async move || swagger("", config))
        })
        .route(
            "/docs/{*file}",
            get(async move |Path(file): Path<String>| swagger(&file, config)),
        )
        .route(&format!("{PROBLEMS}{{slug}}"), get(problem))
}

/// Redirects to `docs/`: the files of the page refer to each other by relative paths, so its URL must end in
/// a slash. The location is relative, because a proxy may have put a prefix before our paths.
async fn to_docs() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "docs/")]).into_response()
}

fn swagger(file: &str, config: Arc<Config<'static>>) -> Result<Response, Problem> {
    let file =
        utoipa_swagger_ui::serve(file, config).map_err(|error| Problem::internal(error.to_string()))?;
    let file = file.ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let mut response = (
        [(header::CONTENT_TYPE, file.content_type)],
        [(header::CONTENT_SECURITY_POLICY, DOCS_POLICY)],
        file.bytes.into_owned(),
    )
        .into_response();
    if file.gzpipped {
        let gzip = axum::http::HeaderValue::from_static("gzip");
        response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    }
    Ok(response)
}

/// Explains a type of problem and what to do about it, as plain text.
async fn problem(State(state): State<AppState>, Path(slug): Path<String>) -> Result<String, Problem> {
    let info = ProblemKind::ALL
        .into_iter()
        .map(ProblemKind::info)
        .find(|info| info.slug == slug);
    let info = info.ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let Some(reason) = info.status.canonical_reason() else {
        return Err(Problem::internal("a status without a name"));
    };
    let status = info.status.as_u16();
    let advice = info.advice.replace("GET /", &format!("GET {}/", state.base_path));
    Ok(format!("{} ({status} {reason})\n\n{advice}\n", info.title))
}

/// Answers `/` with the web app, or with the landing page if there is no web app.
pub(super) async fn home(State(state): State<AppState>, headers: HeaderMap) -> Response {
    app::home(&state, &headers).unwrap_or_else(|| {
        (
            [(header::CONTENT_SECURITY_POLICY, PLAIN_POLICY)],
            landing(&state, &headers),
        )
            .into_response()
    })
}

/// The page for a server without the web app: a command to copy, and links to the API.
fn landing(state: &AppState, headers: &HeaderMap) -> Html<String> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let plain = |host: &&str| {
        host.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b))
    };
    let host = host.filter(plain).unwrap_or("127.0.0.1:8000");
    let curl = curl_line(&format!("http://{host}{}", state.base_path));
    let exercises = state.clips.current().catalogue.exercises().len();
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Virtual Coach</title>
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}pre{{overflow:auto;padding:1rem;background:#8882}}</style>
<h1>Virtual Coach</h1>
<p>A workout config in, a follow-along video out. {exercises} exercises are in the catalogue.</p>
<pre>{curl}</pre>
<ul>
<li><a href="{base}/docs">API, to read and to try</a> (<a href="{base}/openapi.json">OpenAPI</a>)
<li><a href="{base}/api/exercises">Exercises</a>
<li>A page to train with comes with a build that found Node: install it, then <code>make run</code>.
<li><a href="{base}/ready">Is everything there that it needs?</a>
</ul>
</html>
"#,
        base = state.base_path,
    ))
}

/// A `curl` command that makes a video of three exercises. `server` is the URL up to the base path.
#[must_use]
pub fn curl_line(server: &str) -> String {
    format!(
        "curl -fN {server}/api/generate-workout-video -H 'Content-Type: application/json' \
         -d '{{\"exercise_names\": [\"Push-ups\", \"Air Squat\", \"Plank\"]}}' -o workout.mp4"
    )
}
