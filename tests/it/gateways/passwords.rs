//! Password hashing, at a cost that suits tests.

use std::time::Duration;

use xuncha::gateways::passwords::{Cost, PasswordError, Passwords};

const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

const PATIENCE: Duration = Duration::from_secs(10);

fn passwords() -> Passwords {
    Passwords::new(CHEAP, 2, PATIENCE).expect("an allowed cost")
}

#[tokio::test]
async fn the_right_password_verifies_and_a_wrong_one_does_not() {
    let passwords = passwords();
    let phc = passwords.hash("不打招呼").await.expect("hashed");
    assert!(passwords.verify("不打招呼", &phc).await.expect("checked"));
    assert!(!passwords.verify("打招呼", &phc).await.expect("checked"));
    assert!(!passwords.verify("", &phc).await.expect("checked"));
}

#[tokio::test]
async fn every_hash_has_its_own_salt_and_states_its_cost() {
    let passwords = Passwords::new(Cost::OWASP, 1, PATIENCE).expect("an allowed cost");
    let phc = passwords.hash("secret").await.expect("hashed");
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert_ne!(phc, passwords.hash("secret").await.expect("hashed"));
}

#[tokio::test]
async fn a_hash_made_at_another_cost_still_verifies() {
    let dear = Passwords::new(
        Cost {
            memory_kib: 64,
            passes: 2,
            lanes: 1,
        },
        1,
        PATIENCE,
    )
    .expect("an allowed cost");
    let phc = dear.hash("secret").await.expect("hashed");
    assert!(passwords().verify("secret", &phc).await.expect("checked"));
}

#[tokio::test]
async fn nobody_has_no_password() {
    let passwords = passwords();
    for guess in ["", "secret", "nobody's password"] {
        let let_in = passwords.verify_against_nobody(guess).await;
        assert!(!let_in.expect("checked"));
    }
}

#[tokio::test]
async fn a_stored_text_that_is_no_hash_is_an_error_and_not_a_wrong_password() {
    for stored in ["", "secret", "$argon2id$v=19$m=8,t=1,p=1$"] {
        let answer = passwords().verify("secret", stored).await;
        assert!(matches!(answer, Err(PasswordError::Argon2(_))), "{stored}");
    }
}

#[test]
fn a_cost_outside_the_standard_is_refused() {
    let free = Cost {
        memory_kib: 0,
        passes: 0,
        lanes: 0,
    };
    assert!(matches!(
        Passwords::new(free, 1, PATIENCE),
        Err(PasswordError::Cost(_))
    ));
}

/// More callers than permits all get their answer.
#[tokio::test]
async fn callers_wait_for_their_turn() {
    let passwords = Passwords::new(CHEAP, 1, PATIENCE).expect("an allowed cost");
    let phc = passwords.hash("secret").await.expect("hashed");
    let checks = (0..8).map(|_| passwords.verify("secret", &phc));
    for answer in futures_util::future::join_all(checks).await {
        assert!(answer.expect("checked"));
    }
}

#[tokio::test]
async fn nobody_waits_for_a_turn_without_end() {
    let full = Passwords::new(CHEAP, 0, Duration::ZERO).expect("an allowed cost");
    let refused = full.verify_against_nobody("a password").await;
    assert!(matches!(refused, Err(PasswordError::Busy(_))));
    let told = xuncha::services::Error::from(refused.expect_err("nobody has a turn"));
    assert_eq!(told.code().as_str(), "unavailable");
}
