//! The routes of a link's video: one MP4 file with byte ranges, HLS files, and a
//! stream that needs no prepared loops.
//!
//! For players. A task of its own builds the stitched video ([`StitchedVideo`]) once per workout. The MP4
//! file and the HLS files are virtual files on it: a response puts together only the frames of the requested
//! range. The stream comes from the renderer, as the video of a POST does.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::FromOwnPage;
use super::links::{OpenedWorkout, opened};
use super::memory_response::Binary;
use super::problem::{Problem, ProblemBody};
use super::range_response::{FIVE_MINUTES, FileHeaders, IMMUTABLE, answer};
use super::{AppState, query, snapshot, text_response, workouts};
use crate::catalogue::{code_point, invisible};
use crate::deliver::{DeliverError, Hls, HlsName, Texts, captions_playlist};
use crate::render::RenderError;
use crate::single_flight::SingleFlightError;
use crate::stitch::StitchedVideo;
use crate::texts;
use crate::workout::{Language, Plan};

/// Time for which a response waits for loops that are not prepared yet: a person looks at an empty player for
/// about this time. Then the response is 503 with `Retry-After`, and the preparation goes on.
const PATIENCE: Duration = Duration::from_secs(20);

/// The least time for which a response waits, even if the client wants no wait at all. If all loops are
/// prepared, the video index of a workout of half an hour is built within this time, and the client must not
/// take it for a preparation. The video index of a longer workout may take longer: it is built to its end,
/// and the next request finds it.
const MIN_PATIENCE: Duration = Duration::from_millis(300);
/// The header in which a client says how long it waits: `Prefer: wait=0` (RFC 7240, 4.3).
const PREFER: HeaderName = HeaderName::from_static("prefer");

const MP4: &str = "video/mp4";
const PLAYLIST: &str = "application/vnd.apple.mpegurl";
/// The query parameter with the name of a download.
const DOWNLOAD: &str = "download";
/// Most characters of a client's name for a download that are used.
const LONGEST_NAME: usize = 100;

/// The routes of a link's video under `/api/workouts/{token}`.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(video))
        .routes(routes!(stream))
        .routes(routes!(hls))
}

/// How a video is asked for.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DownloadQuery {
    /// Save it under this name instead of playing it. The name has no control or invisible characters.
    #[param(
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb]*$"
    )]
    download: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for DownloadQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let name = query::value(parts.uri.query().unwrap_or_default(), DOWNLOAD)?;
        if let Some(c) = name.as_deref().and_then(invisible) {
            let detail = format!(
                "The name must not contain the invisible character {}.",
                code_point(c)
            );
            return Err(query::refused(DOWNLOAD, detail));
        }
        Ok(Self {
            download: name.map(Cow::into_owned),
        })
    }
}

/// The video as one file, in which one can seek.
///
/// Nothing of it is stored: any range of it is put together when it is asked for, the same on any server.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/video.mp4",
    tag = "links",
    params(("token" = String, Path, description = "From `POST /api/workouts`."), DownloadQuery),
    responses(
        (status = 200, description = "The whole video: MP4 with its index first, chapters and subtitles.", content_type = "video/mp4", body = Binary),
        (status = 206, description = "The ranges that `Range` names.", content_type = "video/mp4", body = Binary),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`), or a clip that can no longer be read (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "A range beyond the end (`range-not-satisfiable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A clip of it cannot be stitched, so its video is only streamed (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Its loops or its sound are being prepared, or, with `clip_sound`, all places are taken (`capacity`); or the server was started just now (`starting`). `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn video(
    State(state): State<AppState>,
    Path(token): Path<String>,
    download_query: DownloadQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (opened, stitched) = stitched_video(&state, &token, &headers).await?;
    let plan = Arc::clone(&opened.plan);
    let texts = move || words(&plan);
    let file = state
        .layout_cache
        .movie(&stitched, opened.token.as_str(), texts)
        .await;
    let file = file.map_err(delivery_problem)?;
    let disposition = download_query.download.as_deref().map(attachment);
    let kind = FileHeaders {
        media_type: MP4,
        cache_control: FIVE_MINUTES,
        disposition: disposition.as_deref(),
    };
    answer(&method, &headers, &file, kind)
}

/// The video from its beginning, while it is made.
///
/// For the first seconds of a workout whose loops are not prepared yet, when `video.mp4` would have to wait: the
/// same as the answer to a POST, without ranges. Nobody needs it once `video.mp4` answers.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/stream.mp4",
    tag = "links",
    params(("token" = String, Path, description = "From `POST /api/workouts`.")),
    responses(
        (status = 200, description = "The video, H.264 and AAC, with the headers of `POST /api/generate-workout-video` but `X-Workout-Link` and `X-Workout-Notes`.", content_type = "video/mp4", body = Binary),
        (status = 404, description = "No whole link (`unknown-workout`), or a clip that can no longer be read (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "FFmpeg failed (`render-failed`), or this server did (`internal`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "All places are taken (`capacity`), the server is stopping (`shutting-down`), or it was started just now and has not looked at the clips yet (`starting`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 504, description = "FFmpeg took too long (`render-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn stream(
    _: FromOwnPage,
    State(state): State<AppState>,
    Path(token): Path<String>,
    method: Method,
) -> Result<Response, Problem> {
    let opened = opened(&state, &token).await?;
    // axum sends HEAD requests here, too. HEAD must not start FFmpeg.
    if method == Method::HEAD {
        let headers = [(header::CONTENT_TYPE, MP4), (header::CACHE_CONTROL, "no-store")];
        return Ok(headers.into_response());
    }
    workouts::streamed(&state, &opened.now, opened.plan).await
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
        (status = 200, description = "A playlist, or a segment of 4 to 6 seconds (CMAF).", content((String = "application/vnd.apple.mpegurl"), (Binary = "video/mp4"))),
        (status = 206, description = "The ranges that `Range` names.", content_type = "video/mp4", body = Binary),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`), no such file (`not-found`), or a clip that can no longer be read (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A workout whose video is only streamed (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Its loops or its sound are being prepared, or, with `clip_sound`, all places are taken (`capacity`); or the server was started just now (`starting`). `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn hls(
    State(state): State<AppState>,
    Path((token, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::of_status(StatusCode::NOT_FOUND);
    // The name is parsed before the link is opened, so that an unknown name costs nothing.
    let wanted = HlsName::parse(&name).ok_or_else(unknown)?;
    if let HlsName::Captions(language) = wanted {
        // The playlist of captions needs only the length of the workout, so no stitched video is built.
        let plan = opened(&state, &token).await?.plan;
        let file = format!("../captions.vtt?language={}", language.tag());
        return playlist(&headers, captions_playlist(plan.length(), &file));
    }
    let (opened, stitched) = stitched_video(&state, &token, &headers).await?;
    match wanted {
        HlsName::Master => {
            let subtitles = subtitles(opened.plan.language);
            let text = state
                .layout_cache
                .master(&stitched, "video.m3u8", subtitles)
                .await;
            playlist(&headers, text.map_err(delivery_problem)?.as_ref().to_owned())
        }
        HlsName::Media => {
            let text = state.layout_cache.media(&stitched).await;
            playlist(&headers, text.map_err(delivery_problem)?.as_ref().to_owned())
        }
        HlsName::Captions(_) | HlsName::Init { .. } | HlsName::Segment { .. } => {
            let file = Hls::new(stitched).file(&name).ok_or_else(unknown)?;
            let file = file.map_err(delivery_problem)?;
            let kind = FileHeaders {
                media_type: MP4,
                cache_control: IMMUTABLE,
                disposition: None,
            };
            answer(&method, &headers, &file, kind)
        }
    }
}

fn playlist(headers: &HeaderMap, text: String) -> Result<Response, Problem> {
    let mut response = text_response::answer(headers, PLAYLIST, text)?;
    // The names of segments change with the clips, so caches must revalidate playlists soon.
    let kept = header::HeaderValue::from_static(FIVE_MINUTES);
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

fn delivery_problem(error: DeliverError) -> Problem {
    match error {
        // A later request finds the layout, or a free place in the queue.
        DeliverError::SingleFlight(SingleFlightError::Full) => RenderError::Preparing.into(),
        other => Problem::internal(other.to_string()),
    }
}

async fn stitched_video(
    state: &AppState,
    token: &str,
    headers: &HeaderMap,
) -> Result<(OpenedWorkout, Arc<StitchedVideo>), Problem> {
    let opened = opened(state, token).await?;
    let renderer = state.renderer.with_clips(&opened.now.library);
    let video = Box::pin(renderer.video(&opened.plan, patience(headers))).await;
    Ok((opened, snapshot::check_clips_after(state, video)?))
}

/// The time for which a response waits for loops: the client's `wait` in seconds, bounded by
/// [`MIN_PATIENCE`] and [`PATIENCE`].
fn patience(headers: &HeaderMap) -> Duration {
    let preferences = headers.get_all(PREFER).iter();
    let wait = preferences
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .find_map(|preference| preference.trim().strip_prefix("wait=")?.parse().ok());
    wait.map_or(PATIENCE, Duration::from_secs)
        .clamp(MIN_PATIENCE, PATIENCE)
}

/// Languages and names of the subtitle playlists. The workout's own language comes first.
fn subtitles(own: Language) -> Vec<(Language, String)> {
    let others = Language::ALL.into_iter().filter(|language| *language != own);
    let all = std::iter::once(own).chain(others);
    all.map(|language| (language, captions_name(language))).collect()
}

/// The name of a subtitle playlist, such as `captions-en.m3u8`.
fn captions_name(language: Language) -> String {
    format!("captions-{}.m3u8", language.tag())
}

/// The texts in the MP4 file: title, captions and chapters.
fn words(plan: &Plan) -> Texts {
    let summary = texts::summary(plan);
    Texts {
        language: plan.language,
        title: summary.lines().next().unwrap_or_default().to_owned(),
        captions: texts::captions(plan),
        chapters: texts::chapters(plan),
    }
}

/// Builds a `Content-Disposition` with a name that a client chose (RFC 6266): `filename` has the name in
/// ASCII for old clients, and `filename*` has the whole name, percent-encoded.
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
    use std::time::Duration;

    use super::{HeaderMap, MIN_PATIENCE, PATIENCE, PREFER, attachment, patience};

    #[test]
    fn a_client_may_wait_less_than_we_do_but_not_longer() {
        let of = |preference: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, preference.parse().unwrap());
            patience(&headers)
        };
        assert_eq!(patience(&HeaderMap::new()), PATIENCE);
        assert_eq!(of("wait=0"), MIN_PATIENCE);
        assert_eq!(of("respond-async, wait=3"), Duration::from_secs(3));
        assert_eq!(of("wait=86400"), PATIENCE);
        assert_eq!(of("wait=-1"), PATIENCE);
    }

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
