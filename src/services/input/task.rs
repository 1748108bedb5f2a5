//! Bodies of orders about tasks: what a look-back found is told like a recheck.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ticket::{RecheckIn, read};
use crate::domain::task::{TaskCommand, TaskOrder};
use crate::services::Error;

/// Whom to ask.
#[derive(Deserialize, ToSchema)]
pub struct AskIn {
    /// The inspector; `GET tickets/{id}/recheckers` lists who may.
    pub inspector: Uuid,
}

/// Reads the body of an order about a task.
///
/// # Errors
/// `invalid`.
pub fn task_order(command: TaskCommand, body: &Value) -> Result<TaskOrder, Error> {
    Ok(match command {
        TaskCommand::Start => TaskOrder::Start,
        TaskCommand::Finish => TaskOrder::Finish(read::<RecheckIn>(body)?.parse()?),
    })
}
