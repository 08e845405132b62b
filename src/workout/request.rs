//! The request as it was received: every field optional, nothing checked yet.

use serde::Deserialize;

/// A workout config as clients POST it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct WorkoutRequest {}

impl WorkoutRequest {
    /// Reads a request body.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        todo!("{}", body.len())
    }
}

/// Why a body is no request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Not JSON at all.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// JSON, but a value has the wrong type.
    #[error("{message}")]
    WrongType {
        /// JSON pointer of the value.
        pointer: String,
        /// What was expected.
        message: String,
    },
}
