//! Accounts and sessions: who is calling, logging in and out, and the administrator's list of users. Passwords and
//! tokens pass through here in clear; none is kept, logged or answered but to its owner.

mod authenticate;
mod create;
mod fields;
mod grant;
mod list;
mod login;
mod logout;
mod provision;
mod read;
mod refresh;
pub mod throttle;
mod update;

pub use authenticate::authenticate;
pub use create::{CreateUser, create, create_first_admin};
pub use grant::Grant;
pub use list::list;
pub use login::{Login, LoginDevice, login};
pub use logout::logout;
pub use provision::provision;
pub use read::{get, me};
pub use refresh::{Refresh, refresh};
pub use update::{UpdateUser, update};
