//! Access tokens: what is accepted, and every way of not being accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;
use xuncha::gateways::tokens::{
    Claims, KeyError, RefreshKey, SigningKey, TokenError, TokenSigner, random_secret, secret_hash,
};

fn key(kid: &str, fill: u8) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        secret: vec![fill; 32],
    }
}

fn signer(keys: &[SigningKey]) -> TokenSigner {
    TokenSigner::new(keys, "xuncha", "xuncha-api").expect("usable keys")
}

fn noon() -> Timestamp {
    "2026-11-20T04:00:00Z".parse().expect("a timestamp")
}

fn claims() -> Claims {
    Claims {
        account_id: Uuid::from_u128(1),
        session_id: Uuid::from_u128(2),
        role: "inspector".to_owned(),
        issued_at: noon(),
        expires_at: noon() + SignedDuration::from_mins(15),
    }
}

#[test]
fn a_token_gives_its_claims_back_until_the_very_second_it_expires() {
    let signer = signer(&[key("k1", 1)]);
    let token = signer.issue(&claims());
    let expiry = claims().expires_at;

    assert_eq!(signer.verify(&token, noon()), Ok(claims()));
    let last = expiry - SignedDuration::from_nanos(1);
    assert_eq!(signer.verify(&token, last), Ok(claims()));
    assert_eq!(signer.verify(&token, expiry), Err(TokenError::Expired));
}

/// In 1999 and in 2199 alike: only the caller's time counts.
#[test]
fn the_system_clock_plays_no_part() {
    let signer = signer(&[key("k1", 1)]);
    for now in ["1999-01-01T00:00:00Z", "2199-01-01T00:00:00Z"] {
        let now: Timestamp = now.parse().expect("a timestamp");
        let claims = Claims {
            issued_at: now,
            expires_at: now + SignedDuration::from_secs(1),
            ..claims()
        };
        assert_eq!(signer.verify(&signer.issue(&claims), now), Ok(claims));
    }
}

#[test]
fn after_a_rotation_old_tokens_count_until_the_old_key_is_taken_away() {
    let old = signer(&[key("k1", 1)]).issue(&claims());
    let both = signer(&[key("k2", 2), key("k1", 1)]);
    let new = both.issue(&claims());

    assert_eq!(both.verify(&old, noon()), Ok(claims()));
    assert_eq!(both.verify(&new, noon()), Ok(claims()));
    let after = signer(&[key("k2", 2)]);
    assert_eq!(after.verify(&new, noon()), Ok(claims()));
    assert_eq!(after.verify(&old, noon()), Err(TokenError::Invalid));
}

#[test]
fn another_kid_secret_issuer_or_audience_is_invalid_even_when_expired() {
    let signer = signer(&[key("k1", 1)]);
    let strangers = [
        TokenSigner::new(&[key("k9", 1)], "xuncha", "xuncha-api"),
        TokenSigner::new(&[key("k1", 9)], "xuncha", "xuncha-api"),
        TokenSigner::new(&[key("k1", 1)], "another", "xuncha-api"),
        TokenSigner::new(&[key("k1", 1)], "xuncha", "another"),
    ];
    for stranger in strangers {
        let token = stranger.expect("usable keys").issue(&claims());
        assert_eq!(signer.verify(&token, noon()), Err(TokenError::Invalid));
        let late = claims().expires_at;
        assert_eq!(signer.verify(&token, late), Err(TokenError::Invalid));
    }
}

#[test]
fn a_token_changed_in_any_character_is_invalid() {
    let signer = signer(&[key("k1", 1)]);
    let token = signer.issue(&claims());
    // The last character carries bits beyond the MAC; the decoder refuses those, too.
    for position in 0..token.len() {
        let changed: String = token
            .chars()
            .enumerate()
            .map(|(at, c)| match c {
                _ if at != position => c,
                'A' => 'B',
                _ => 'A',
            })
            .collect();
        assert_eq!(
            signer.verify(&changed, noon()),
            Err(TokenError::Invalid),
            "{changed}"
        );
    }
}

#[test]
fn unsigned_tokens_and_rubbish_are_invalid() {
    let signer = signer(&[key("k1", 1)]);
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = part(json!({
        "iss": "xuncha", "aud": "xuncha-api", "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
        "role": "admin", "iat": 0, "exp": 99_999_999_999_i64,
    }));
    let none = part(json!({"alg": "none", "kid": "k1"}));
    let hs256 = part(json!({"alg": "HS256", "kid": "k1"}));
    let rubbish = [
        format!("{none}.{payload}."),
        format!("{hs256}.{payload}."),
        format!("{hs256}.{payload}"),
        String::new(),
        "..".to_owned(),
        "巡查.巡查.巡查".to_owned(),
    ];
    for token in rubbish {
        let verdict = signer.verify(&token, noon());
        assert_eq!(verdict, Err(TokenError::Invalid), "{token}");
    }
}

#[test]
fn a_genuine_signature_does_not_excuse_missing_claims_kid_or_another_algorithm() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    let signer = signer(&[key("k1", 1)]);
    let secret = EncodingKey::from_secret(&[1; 32]);
    let full = json!({
        "iss": "xuncha", "aud": "xuncha-api", "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
        "role": "inspector", "iat": 0, "exp": 99_999_999_999_i64,
    });
    let sign = |alg: Algorithm, kid: Option<&str>, payload: &serde_json::Value| {
        let mut header = Header::new(alg);
        header.kid = kid.map(str::to_owned);
        encode(&header, payload, &secret).expect("signed")
    };
    let good = sign(Algorithm::HS256, Some("k1"), &full);
    assert!(signer.verify(&good, noon()).is_ok());

    let mut refused = vec![
        sign(Algorithm::HS256, None, &full),
        sign(Algorithm::HS512, Some("k1"), &full),
    ];
    for claim in ["iss", "aud", "sub", "sid", "role", "iat", "exp"] {
        let mut partial = full.clone();
        partial.as_object_mut().expect("an object").remove(claim);
        refused.push(sign(Algorithm::HS256, Some("k1"), &partial));
    }
    for token in refused {
        assert_eq!(signer.verify(&token, noon()), Err(TokenError::Invalid));
    }
}

#[test]
fn weak_missing_and_doubled_keys_are_refused() {
    let refusal = |keys: &[SigningKey]| TokenSigner::new(keys, "i", "a").err();
    let short = SigningKey {
        kid: "k1".to_owned(),
        secret: vec![1; 31],
    };
    assert_eq!(refusal(&[]), Some(KeyError::None));
    assert_eq!(refusal(&[short]), Some(KeyError::TooShort("k1".to_owned())));
    assert_eq!(
        refusal(&[key("k1", 1), key("k1", 2)]),
        Some(KeyError::Duplicate("k1".to_owned()))
    );
}

#[test]
fn random_secrets_differ_and_hash_as_sha_256_of_their_text() {
    let (one, other) = (random_secret(), random_secret());
    assert_eq!(one.len(), 43);
    assert_ne!(one, other);
    assert_ne!(secret_hash(&one), secret_hash(&other));
    // FIPS 180-4's example.
    assert_eq!(
        hex::encode(secret_hash("abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn a_successor_is_the_same_for_the_same_token_nonce_and_key_and_for_no_others() {
    let key = |fill: u8| RefreshKey::new(&[fill; 32]).expect("a usable key");
    let successor = key(1).successor("token", "nonce");
    assert_eq!(successor, key(1).successor("token", "nonce"));
    assert_eq!(successor.len(), random_secret().len());

    let others = [
        key(1).successor("token", "another"),
        key(1).successor("another", "nonce"),
        key(1).successor("tokenn", "once"),
        key(1).successor("token", ""),
        key(2).successor("token", "nonce"),
    ];
    for other in others {
        assert_ne!(successor, other);
    }
}

#[test]
fn a_short_refresh_key_is_refused() {
    let refusal = RefreshKey::new(&[1; 31]).err();
    assert_eq!(refusal, Some(KeyError::TooShort("refresh".to_owned())));
}
