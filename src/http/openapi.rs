//! Adds to the OpenAPI document what is the same for all routes.
//!
//! For [`super::router`] and the command `virtual-coach openapi`. Each route describes itself. The layers
//! before the routes ([`super::access`], [`super::envelope`]) can refuse any request; this module describes
//! these refusals in one place. It also describes tokens, which several routes share.

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Info, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, Server, Tag};

/// Prefix of the paths of a link.
const LINKS: &str = "/api/workouts/{token}";
/// Name of the schema of [`super::problem::ProblemBody`].
const PROBLEM: &str = "Problem";

/// Completes a document with the title, the tags, the server's base path, the common refusals,
/// and the format and links of tokens.
#[must_use]
pub fn completed(mut spec: OpenApi, base_path: &str) -> OpenApi {
    describe(&mut spec, base_path);
    for (path, item) in &mut spec.paths.paths {
        for (method, operation) in operations(item) {
            tell_refusals(operation, method, path);
            tell_tokens(operation);
        }
    }
    link_tokens(&mut spec);
    spec
}

fn describe(spec: &mut OpenApi, base_path: &str) {
    let mut info = Info::new("Virtual Coach", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "A workout config in, a follow-along video out. Failures are `application/problem+json` (RFC 9457) with \
         stable types; every answer carries an `X-Request-Id`, under which the server's log says more. Letter case does \
         not matter in names and choices; fields that a body has beside those described here are ignored, and \
         told in `notes`."
            .to_owned(),
    );
    spec.info = info;
    spec.servers = Some(vec![Server::new(if base_path.is_empty() {
        "/"
    } else {
        base_path
    })]);
    spec.tags = Some(
        [
            ("workouts", "From a config to a plan or a video."),
            ("weeks", "From goals to a week of configs."),
            ("links", "What a link to a workout gives."),
            ("exercises", "What there is to do."),
            ("server", "Whether it works."),
        ]
        .map(|(name, description)| {
            let mut tag = Tag::new(name);
            tag.description = Some(description.to_owned());
            tag
        })
        .into(),
    );
}

/// The operations of a path. The server has only the methods GET and POST.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let get = item.get.as_mut().map(|operation| ("get", operation));
    let post = item.post.as_mut().map(|operation| ("post", operation));
    get.into_iter().chain(post)
}

/// Adds the refusals of the layers before the routes. A response that the route
/// itself describes stays as it is.
fn tell_refusals(operation: &mut Operation, method: &str, path: &str) {
    let mut refusals = vec![
        (
            "400",
            "No proper `Host` (`bad-host`), or an address that cannot be read (`malformed-address`).",
        ),
        ("414", "An address of more than 8,000 bytes (`address-too-long`)."),
        (
            "421",
            "A host that this server does not answer for (`unknown-host`).",
        ),
        (
            "422",
            "Values that cannot be used, or more than 16 query parameters (`invalid-request`).",
        ),
        ("500", "A fault of this server (`internal`)."),
    ];
    if method == "post" || path.ends_with("/stream.mp4") {
        refusals.push((
            "403",
            "A page of another origin, which may not start work (`foreign-origin`).",
        ));
    }
    for (status, description) in refusals {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(PROBLEM)))
            .build();
        let refusal = ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content);
        let responses = &mut operation.responses.responses;
        responses
            .entry(status.to_owned())
            .or_insert_with(|| refusal.build().into());
    }
}

/// Describes the format of the path parameter `token`.
fn tell_tokens(operation: &mut Operation) {
    let parameters = operation.parameters.iter_mut().flatten();
    for parameter in parameters {
        if let RefOr::T(parameter) = parameter
            && parameter.parameter_in == ParameterIn::Path
            && parameter.name == "token"
        {
            let token = ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::String))
                .pattern(Some("^[A-Za-z0-9_-]+$"))
                .min_length(Some(1))
                .max_length(Some(2_000));
            parameter.schema = Some(token.build().into());
        }
    }
}

/// Adds OpenAPI links: the token in the response of `POST /api/workouts` is the
/// parameter of all paths of a link.
fn link_tokens(spec: &mut OpenApi) {
    let paths = spec.paths.paths.iter_mut();
    let links = paths.filter(|(path, _)| path.starts_with(LINKS));
    let names: Vec<String> = links
        .flat_map(|(_, item)| operations(item))
        .filter(|(_, operation)| {
            // Only operations whose sole path parameter is the token can be reached by an OpenAPI link.
            let parameters = operation.parameters.iter().flatten();
            parameters
                .filter(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path))
                .count()
                == 1
        })
        .filter_map(|(_, operation)| operation.operation_id.clone())
        .collect();
    let created = spec
        .paths
        .paths
        .get_mut("/api/workouts")
        .and_then(|item| item.post.as_mut())
        .and_then(|operation| operation.responses.responses.get_mut("201"));
    if let Some(RefOr::T(created)) = created {
        for name in names {
            let link = LinkBuilder::new()
                .operation_id(name.clone())
                .parameter("token", "$response.body#/token");
            created.links.insert(name, link.build().into());
        }
    }
}
