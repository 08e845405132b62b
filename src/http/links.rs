//! The routes of a link: document, timeline, captions, chapters, summary and poster of a workout.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use moka::future::Cache;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::WorkoutBody;
use super::hud_query::HudQuery;
use super::language_query::LanguageQuery;
use super::memory_response::{self, Binary};
use super::notes_header::{self, WORKOUT_NOTES};
use super::problem::{Problem, ProblemBody, ProblemKind};
use super::{AppState, exercises, snapshot, text_response, workouts};
use crate::catalogue::Exercise;
use crate::clip::{Needs, Snapshot};
use crate::texts::{self, TimelineView};
use crate::workout::{HudParts, Language, Note, Plan, Token, TokenError, TooLong, WorkoutRequest, link};

/// Most intervals of all cached plans together: some 20 MB.
const REMEMBERED: u64 = 100_000;

const JSON: &str = "application/json";
const VTT: &str = "text/vtt; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// A decoded token: the plan, and the snapshot with which it was planned.
#[derive(Debug, Clone)]
pub struct OpenedWorkout {
    /// The token, as it stands in the URL.
    pub token: Token,
    /// The plan of the workout.
    pub plan: Arc<Plan>,
    /// The snapshot of exercises and clips with which the token was opened.
    pub now: Arc<Snapshot>,
    /// Digest of the token: 16 hexadecimal digits, the same on every server. It is meant as the first part of
    /// an ETag of something that is made from the plan. Code that makes such a tag must add what else the
    /// bytes depend on (clips, version of the program).
    pub digest: String,
}

/// Cache of plans. The cache key is the revision of the snapshot and the token.
#[derive(Debug, Clone)]
pub struct PlanCache(Cache<(u64, String), Arc<Plan>>);

impl Default for PlanCache {
    fn default() -> Self {
        let weight = |_: &(u64, String), plan: &Arc<Plan>| {
            u32::try_from(plan.timeline.intervals().len()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(REMEMBERED).weigher(weight).build())
    }
}

/// Decodes a token from a URL and plans its workout.
pub async fn opened(state: &AppState, token: &str) -> Result<OpenedWorkout, Problem> {
    let token = Token::parse(token)?;
    let needs = token.exercises(&state.clips.current().catalogue)?;
    let now = snapshot::with(state, &Needs::Only(needs)).await?;
    let key = (now.revision, token.as_str().to_owned());
    let plan = if let Some(plan) = state.plan_cache.0.get(&key).await {
        plan
    } else {
        let plan = Arc::new(token.open(&now.catalogue, &now.lengths)?);
        state.plan_cache.0.insert(key, Arc::clone(&plan)).await;
        plan
    };
    Ok(OpenedWorkout {
        digest: blake3::hash(token.as_str().as_bytes()).to_hex()[..16].to_owned(),
        token,
        plan,
        now,
    })
}

/// Returns the plan of a token, in `language` or, for `None`, in the language of the token.
async fn plan_in_language(
    state: &AppState,
    token: &str,
    language: Option<Language>,
) -> Result<Arc<Plan>, Problem> {
    let OpenedWorkout { plan, token, now, .. } = opened(state, token).await?;
    match language {
        Some(other) if other != plan.language => {
            Ok(Arc::new(token.plan_in(other, &now.catalogue, &now.lengths)?))
        }
        _ => Ok(plan),
    }
}

/// The URL of a workout on this server. It is only a path: a server does not know by which name clients reach
/// it, and any client can send any `Host` header.
#[must_use]
pub fn address(base_path: &str, token: &Token) -> String {
    format!("{base_path}/api/workouts/{token}")
}

/// The routes under `/api/workouts` without the video.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(show))
        .routes(routes!(timeline))
        .routes(routes!(captions))
        .routes(routes!(chapters))
        .routes(routes!(summary))
        .routes(routes!(poster))
}

/// A workout that has a link.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Workout {
    /// What names it: letters, digits, `-` and `_`, at most 2,000.
    pub token: String,
    /// Seconds in all.
    #[schema(example = 95.0)]
    pub duration: f64,
    /// Frames in all.
    #[schema(example = 2850)]
    pub frames: u64,
    /// Frames a second.
    #[schema(example = 30)]
    pub fps: u32,
    /// What the choices were made with; 0 if there was nothing to choose.
    pub seed: u64,
    /// Energy in kilocalories, to a tenth.
    pub kcal: f64,
    /// Width of the frame in pixels.
    pub width: u32,
    /// Height of the frame in pixels.
    pub height: u32,
    /// What names are in, and what the video says.
    pub language: Language,
    /// Names of the exercises, in the order in which they first come.
    #[schema(example = json!(["Push-ups", "Air Squat", "Plank"]))]
    pub exercises: Vec<String>,
    /// What was decided that the client may not expect. Told once, where the link is made; later empty.
    pub notes: Vec<Note>,
    /// Where all that it gives is.
    pub links: Links,
}

/// Addresses on this server: absolute paths, the base path included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Links {
    /// This document.
    #[serde(rename = "self")]
    pub this: String,
    /// The video as an MP4 in which one can seek.
    pub video: String,
    /// The video from its beginning, while it is made: at once, even where loops are still to be prepared.
    pub stream: String,
    /// The video for HLS players.
    pub hls: String,
    /// For overlays, JSON.
    pub timeline: String,
    /// What to do now, WebVTT.
    pub captions: String,
    /// Titles of the intervals, WebVTT.
    pub chapters: String,
    /// An image, JPEG.
    pub poster: String,
    /// A message, plain text.
    pub summary: String,
    /// The document of the same workout with a HUD: with all parts of it, if this one has none.
    pub with_hud: String,
    /// The document of the same workout without a HUD, for players that draw their own.
    pub without_hud: String,
}

impl Links {
    fn new(state: &AppState, opened: &OpenedWorkout) -> Result<Self, TokenError> {
        let OpenedWorkout { token, plan, now, .. } = opened;
        let this = address(&state.base_path, token);
        let under = |file: &str| format!("{this}/{file}");
        let link_with = |hud_parts: HudParts| {
            let token = token.with_hud_parts(hud_parts, &now.catalogue, &now.lengths)?;
            Ok::<_, TokenError>(address(&state.base_path, &token))
        };
        let full = if plan.hud_parts.any() {
            plan.hud_parts
        } else {
            HudParts::ALL
        };
        Ok(Self {
            with_hud: link_with(full)?,
            without_hud: link_with(HudParts::NONE)?,
            video: under("video.mp4"),
            stream: under("stream.mp4"),
            hls: under("hls/master.m3u8"),
            timeline: under("timeline"),
            captions: under("captions.vtt"),
            chapters: under("chapters.vtt"),
            poster: under("poster.jpg"),
            summary: under("summary.txt"),
            this,
        })
    }
}

impl Workout {
    fn new(state: &AppState, opened: &OpenedWorkout, notes: Vec<Note>) -> Result<Self, TokenError> {
        let view = opened.plan.view();
        let mut exercises: Vec<String> = Vec::new();
        let moving = view
            .intervals
            .into_iter()
            .filter(|interval| interval.kind.is_exercise());
        for interval in moving {
            if !exercises.contains(&interval.name) {
                exercises.push(interval.name);
            }
        }
        Ok(Self {
            token: opened.token.to_string(),
            duration: view.duration,
            frames: view.frames,
            fps: view.fps,
            seed: view.seed,
            kcal: view.kcal,
            width: view.width,
            height: view.height,
            language: view.language,
            exercises,
            notes,
            links: Links::new(state, opened)?,
        })
    }
}

/// Give a workout a link.
///
/// Decides all that the config leaves open and answers with the link that names the result; `renderer` has no
/// say in it, for the video of a link is always stitched. Nothing is stored: any server with the same catalogue and clips understands it, for as long as they stay the same.
#[utoipa::path(
    post,
    path = "/api/workouts",
    tag = "links",
    request_body(content = WorkoutRequest, description = "The same config as for a video.",
        example = json!({"exercise_names": ["Push-ups", "Air Squat", "Plank"], "config": {"intervals": {"work_time": 40, "rest_time": 20}}})),
    responses(
        (status = 201, description = "The workout and where all that it gives is.", body = Workout, headers(
            ("Location" = String, description = "Path of the link."),
            ("X-Workout-Notes" = String, description = "As for a video."),
        )),
        (status = 400, description = "Not JSON (`malformed-json`), or an empty list of exercises (`no-exercise`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "An exercise that does not exist (`unknown-exercise`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time (`body-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large (`body-too-large`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON (`unsupported-media-type`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Values that cannot be used (`invalid-request`), or a workout too long for a link (`link-too-long`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    WorkoutBody(request): WorkoutBody,
) -> Result<Response, Problem> {
    let now = snapshot::for_request(&state, &request).await?;
    let (plan, token) = link(&request, &now.catalogue, &now.lengths, workouts::fresh_seed())?;
    let token = token?;
    // The workout is opened through its token, so that the response shows exactly what the link will give.
    let opened = opened(&state, token.as_str()).await?;
    let header = notes_header::header(&plan.notes);
    let workout = Workout::new(&state, &opened, plan.notes)?;
    let location =
        HeaderValue::from_str(&workout.links.this).map_err(|error| Problem::internal(error.to_string()))?;
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (StatusCode::CREATED, headers, Json(workout)).into_response();
    if let Some(header) = header {
        response.headers_mut().insert(WORKOUT_NOTES, header);
    }
    Ok(response)
}

/// Show a workout that has a link.
///
/// With any of the `show_` parameters: the same workout with these parts of the HUD, and its link.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}",
    operation_id = "show_workout",
    tag = "links",
    params(
        ("token" = String, Path, description = "From `POST /api/workouts`."),
        ("show_timer" = Option<bool>, Query, description = "With the countdown, or without; by default as in the link."),
        ("show_progress_bar" = Option<bool>, Query, description = "With the progress bar, or without; by default as in the link."),
        ("show_exercise_name" = Option<bool>, Query, description = "With the names, or without; by default as in the link."),
        ("show_round" = Option<bool>, Query, description = "With round and position, or without; by default as in the link."),
    ),
    responses(
        (status = 200, description = "The workout and where all that it gives is.", body = Workout),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    hud_query: HudQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut opened = opened(&state, &token).await?;
    let hud_parts = hud_query.over(opened.plan.hud_parts);
    if hud_parts != opened.plan.hud_parts {
        let other = opened
            .token
            .with_hud_parts(hud_parts, &opened.now.catalogue, &opened.now.lengths)?;
        opened = self::opened(&state, other.as_str()).await?;
    }
    let workout = Workout::new(&state, &opened, Vec::new())?;
    text_response::answer(&headers, JSON, json(&workout)?)
}

/// All that an overlay needs.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/timeline",
    tag = "links",
    params(("token" = String, Path, description = "From `POST /api/workouts`.")),
    responses(
        (status = 200, description = "Every interval with what comes next, and every beep.", body = TimelineView),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn timeline(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let opened = opened(&state, &token).await?;
    text_response::answer(&headers, JSON, json(&texts::timeline(&opened.plan))?)
}

/// What to do now, as subtitles.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/captions.vtt",
    tag = "links",
    params(
        ("token" = String, Path, description = "From `POST /api/workouts`."),
        ("language" = Option<Language>, Query, description = "In this language; by default in the workout's own."),
    ),
    responses(
        (status = 200, description = "WebVTT: what to do, how long still, what comes next.", content_type = "text/vtt", body = String),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have, or no such language (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn captions(
    State(state): State<AppState>,
    Path(token): Path<String>,
    LanguageQuery(language): LanguageQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = plan_in_language(&state, &token, language).await?;
    text_response::answer(&headers, VTT, texts::webvtt(&texts::captions(&plan)))
}

/// A title for each interval.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/chapters.vtt",
    tag = "links",
    params(
        ("token" = String, Path, description = "From `POST /api/workouts`."),
        ("language" = Option<Language>, Query, description = "In this language; by default in the workout's own."),
    ),
    responses(
        (status = 200, description = "WebVTT for a track of the kind `chapters`.", content_type = "text/vtt", body = String),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have, or no such language (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn chapters(
    State(state): State<AppState>,
    Path(token): Path<String>,
    LanguageQuery(language): LanguageQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = plan_in_language(&state, &token, language).await?;
    text_response::answer(&headers, VTT, texts::webvtt(&texts::chapters(&plan)))
}

/// The workout as a message.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/summary.txt",
    tag = "links",
    params(
        ("token" = String, Path, description = "From `POST /api/workouts`."),
        ("language" = Option<Language>, Query, description = "In this language; by default in the workout's own."),
    ),
    responses(
        (status = 200, description = "A few lines of plain text.", content_type = "text/plain", body = String),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have, or no such language (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn summary(
    State(state): State<AppState>,
    Path(token): Path<String>,
    LanguageQuery(language): LanguageQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = plan_in_language(&state, &token, language).await?;
    text_response::answer(&headers, TEXT, texts::summary(&plan))
}

/// An image of the first exercise, which may be one of the warm-up: the one that a player names first.
#[utoipa::path(
    get,
    path = "/api/workouts/{token}/poster.jpg",
    operation_id = "workout_poster",
    tag = "links",
    params(("token" = String, Path, description = "From `POST /api/workouts`.")),
    responses(
        (status = 200, description = "A JPEG of the size of the video.", content_type = "image/jpeg", body = Binary),
        (status = 206, description = "The range that was asked for.", content_type = "image/jpeg", body = Binary),
        (status = 304, description = "The copy that `If-None-Match` names is still good."),
        (status = 404, description = "No whole link (`unknown-workout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "The catalogue has changed (`workout-changed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "A byte range beyond the end (`range-not-satisfiable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A link of values that no workout may have (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "FFmpeg failed (`render-failed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Too many images wait to be made (`capacity`), or the server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn poster(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let OpenedWorkout { plan, now, .. } = opened(&state, &token).await?;
    let exercise = first_exercise(&now, &plan)?;
    let thumbnails = state.thumbnails.with_clips(&now.library);
    let poster = thumbnails
        .poster_as(exercise, plan.profile.whole(), plan.fit)
        .await;
    memory_response::answer(
        &headers,
        "image/jpeg",
        &exercises::of_clip(&now, exercise, poster)?,
    )
}

/// Finds the first exercise of a plan, whose image is the poster of the workout.
fn first_exercise<'s>(now: &'s Snapshot, plan: &Plan) -> Result<&'s Exercise, Problem> {
    let mut intervals = plan.timeline.intervals().iter();
    let first = intervals.find(|interval| interval.kind.is_exercise());
    first
        .and_then(|interval| now.catalogue.get(&interval.movement.exercise))
        .ok_or_else(|| Problem::internal("an opened workout without an exercise"))
}

fn json(view: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(view).map_err(|error| Problem::internal(error.to_string()))
}

impl From<TooLong> for Problem {
    fn from(error: TooLong) -> Self {
        Self::new(
            ProblemKind::LinkTooLong,
            super::problem::sentence(&error.to_string()),
        )
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let kind = match error {
            TokenError::Broken | TokenError::OtherVersion => ProblemKind::UnknownWorkout,
            TokenError::Impossible(_) => ProblemKind::InvalidRequest,
            TokenError::Changed(_) => ProblemKind::WorkoutChanged,
        };
        Self::new(kind, super::problem::sentence(&error.to_string()))
    }
}
