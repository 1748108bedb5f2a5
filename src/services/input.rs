//! What callers say, read into what the domain accepts: one reading for the body of a REST call and for the data of a
//! mutation. Unknown members are nobody's business here: REST refuses them before, mutations keep and ignore them.

pub mod batch;
pub mod clock;
pub mod correction;
pub mod fault;
pub mod json;
pub mod mutation;
pub mod observation;
pub mod photo;
pub mod report;
pub mod request;
pub mod ripple;
pub mod round;
pub mod task;
pub mod ticket;
