//! Bodies of orders about tasks: what a look-back found is told like a recheck.

use serde_json::Value;

use super::ticket::{RecheckIn, read};
use crate::domain::task::{TaskCommand, TaskOrder};
use crate::services::Error;

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
