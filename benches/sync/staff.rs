//! Accounts that the demo city lacks.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::city::City;
use crate::phone::{PASSWORD, Phone, send};

/// Makes an officer of a unit and logs in on a phone.
pub async fn officer(city: &City, name: &str, unit: Uuid) -> anyhow::Result<Phone> {
    let admin = Phone::log_in(&city.url, "admin").await?;
    let user = json!({
        "username": name, "display_name": name, "password": PASSWORD, "role": "officer", "unit": unit,
    });
    send(admin.request(Method::POST, "users").json(&user)).await?;
    Phone::log_in(&city.url, name).await
}

/// Id of a unit.
pub fn unit(city: &City, code: &str) -> anyhow::Result<Uuid> {
    let id = city.cluster.run(&format!(
        "SELECT id FROM units WHERE code = '{code}' AND valid_until IS NULL"
    ))?;
    Ok(id.parse()?)
}
