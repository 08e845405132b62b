//! The video of a link: one file with ranges, and HLS.
//!
//! Everything is answered from an index ([`Film`](crate::stitch::Film)): only the pictures that a range touches are put together.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::film::{IMMUTABLE, Kind, REVALIDATED, answer};
use super::links::{Opened, opened};
use super::problem::{Problem, ProblemBody};
use super::{AppState, document};
use crate::deliver::{Hls, Texts};
use crate::stitch::Film;
use crate::texts;
use crate::workout::Plan;

/// How long an answer waits for loops that are not prepared yet: as long as a person looks at an empty
/// player. Then 503 says when to come back, and the preparation goes on.
const PATIENCE: Duration = Duration::from_secs(20);

const MP4: &str = "video/mp4";
const PLAYLIST: &str = "application/vnd.apple.mpegurl";
/// The longest name under which a download is saved, in characters.
const LONGEST_NAME: usize = 100;

/// The routes of a link's video.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(video)).routes(routes!(hls))
}

/// How a video is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Save it under this name instead of playing it.
    download: Option<String>,
}

/// The video as one file, in which one can seek.
///
/// Nothing of it is stored: any range of it is put together when it is asked for, the same on any server.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/video.mp4",
    tag = "links",
    params(("token" = String, Path, description = "From `POST /api/workouts`."), Wish),
    responses(
        (status = 200, description = "The whole video: MP4 with its index first, chapters and subtitles.", content_type = "video/mp4", body = Vec<u8>),
        (status = 206, description = "The ranges that `Range` names.", content_type = "video/mp4", body = Vec<u8>),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "A range beyond the end."),
        (status = 422, description = "A workout whose video is only streamed, such as one with the clips' own sound (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Its loops are being prepared (`capacity`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn video(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(wish): Query<Wish>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (opened, reel) = filmed(&state, &token).await?;
    let plan = Arc::clone(&opened.plan);
    let texts = move || words(&plan);
    let file = state.shelf.movie(&reel, opened.token.as_str(), texts).await;
    let file = file.map_err(|error| Problem::internal(error.to_string()))?;
    let disposition = wish.download.as_deref().map(attachment);
    let kind = Kind {
        media: MP4,
        cache: REVALIDATED,
        disposition: disposition.as_deref(),
    };
    answer(&method, &headers, &file, kind)
}

/// The video for HLS players: playlists, the init segment, segments.
///
/// `master.m3u8` leads to all others. Segments are named by what is in them and never change.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/hls/{file}",
    tag = "links",
    params(
        ("token" = String, Path, description = "From `POST /api/workouts`."),
        ("file" = String, Path, description = "`master.m3u8`, or what a playlist names."),
    ),
    responses(
        (status = 200, description = "A playlist or a segment of 4 to 6 seconds (CMAF).", content_type = "application/vnd.apple.mpegurl", body = Vec<u8>),
        (status = 206, description = "The ranges that `Range` names.", content_type = "video/mp4", body = Vec<u8>),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`), or no such file (`not-found`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A workout whose video is only streamed (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Its loops are being prepared (`capacity`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn hls(
    State(state): State<AppState>,
    Path((token, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (_, reel) = filmed(&state, &token).await?;
    let hls = Hls::new(reel);
    let playlist = match name.as_str() {
        "master.m3u8" => Some(hls.master("video.m3u8", Some("captions.m3u8"))),
        "video.m3u8" => Some(hls.media()),
        "captions.m3u8" => Some(hls.captions("../captions.vtt")),
        _ => None,
    };
    if let Some(playlist) = playlist {
        let mut response = document::answer(&headers, PLAYLIST, playlist)?;
        // Segments change with the clips, and their names with them.
        let kept = header::HeaderValue::from_static(REVALIDATED);
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        return Ok(response.into_response());
    }
    let file = hls
        .file(&name)
        .ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let file = file.map_err(|error| Problem::internal(error.to_string()))?;
    let kind = Kind {
        media: MP4,
        cache: IMMUTABLE,
        disposition: None,
    };
    answer(&method, &headers, &file, kind)
}

async fn filmed(state: &AppState, token: &str) -> Result<(Opened, Arc<Film>), Problem> {
    let opened = opened(state, token).await?;
    let film = Box::pin(state.renderer.film(&opened.plan, PATIENCE)).await?;
    Ok((opened, film))
}

/// What the file says in words.
fn words(plan: &Plan) -> Texts {
    let summary = texts::summary(plan);
    Texts {
        title: summary.lines().next().unwrap_or_default().to_owned(),
        captions: texts::captions(plan),
        chapters: texts::chapters(plan),
    }
}

/// `Content-Disposition` with a name of anybody's choice (RFC 6266): plain letters for all, and the name
/// itself, encoded, for those who know better.
fn attachment(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !c.is_control() && !"/\\:\"".contains(*c))
        .take(LONGEST_NAME)
        .collect();
    let name = name.trim().trim_end_matches(".mp4");
    let name = if name.is_empty() { "workout" } else { name };
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || " -_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}.mp4\"; filename*=UTF-8''{encoded}.mp4")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_download_is_named_as_asked_and_no_name_breaks_the_header() {
        assert_eq!(
            attachment("Monday legs"),
            "attachment; filename=\"Monday legs.mp4\"; filename*=UTF-8''Monday%20legs.mp4"
        );
        assert_eq!(
            attachment("é\"\r\nX-Evil: 1/..mp4"),
            "attachment; filename=\"_X-Evil 1..mp4\"; filename*=UTF-8''%C3%A9X-Evil%201..mp4"
        );
        assert_eq!(
            attachment("  "),
            "attachment; filename=\"workout.mp4\"; filename*=UTF-8''workout.mp4"
        );
    }
}
