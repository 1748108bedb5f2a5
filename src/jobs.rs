//! FLOOR 3: the worker. One file a job, each doing no harm when it runs twice. Imports `services` and `domain`; never `http`,
//! `db` or `gateways`.

mod anchor;
mod climb_ladder;
mod deliver_webhooks;
mod draw_lookbacks;
mod fold_tallies;
mod hand_over;
mod photo_linked;
mod photo_stored;
mod release_held;
mod release_round;
mod resume_suspended;
pub mod runner;
mod start_round;
mod sweep;
