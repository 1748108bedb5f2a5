//! The tree against RFC 6962 written down once more, the naive way.

use proptest::prelude::*;
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use xuncha::domain::audit::Hash;
use xuncha::domain::audit::merkle::{Edge, Tiles, root_of_path};
use xuncha::gateways::audit_keys::AuditKeys;

use crate::harness::Response;

/// MTH of RFC 6962 §2.1 over leaves that are hashed already.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let split = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(split);
            let both = [&[1][..], &naive_root(left), &naive_root(right)].concat();
            Sha256::digest(both).into()
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|number| Sha256::digest(number.to_be_bytes()).into())
        .collect()
}

#[test]
fn the_edge_gives_the_root_of_the_rfc_at_every_size() {
    let all = leaves(600);
    let mut edge = Edge::default();
    assert_eq!(edge.root(), naive_root(&[]));
    for (index, leaf) in all.iter().enumerate() {
        edge.push(*leaf, |_| ());
        assert_eq!(
            edge.root(),
            naive_root(&all[..=index]),
            "{} leaves",
            index + 1
        );
        let kept = Edge::restore(edge.size(), edge.peaks().to_vec());
        assert_eq!(kept.as_ref(), Some(&edge));
    }
    assert_eq!(Edge::restore(7, edge.peaks().to_vec()), None);
}

#[test]
fn nodes_are_kept_a_tile_at_a_time() {
    let mut kept = Vec::new();
    let mut edge = Edge::default();
    for leaf in leaves(1_000) {
        edge.push(leaf, |node| kept.push(node));
    }
    let places: Vec<_> = kept
        .iter()
        .map(|node| (node.level, node.position))
        .collect();
    assert_eq!(places, [(8, 0), (8, 1), (8, 2)]);
    assert_eq!(kept[1].hash, naive_root(&leaves(1_000)[256..512]));
}

proptest! {
    /// Every leaf has a path to the root, made of the few parts that are asked for, and no other leaf or place has it.
    #[test]
    fn every_path_leads_to_the_root(size in 1_usize..1_400, at in any::<prop::sample::Index>()) {
        let (all, at) = (leaves(size), at.index(size));
        let mut nodes = Vec::new();
        let mut edge = Edge::default();
        for leaf in &all {
            edge.push(*leaf, |node| nodes.push(node));
        }
        let (position, size) = (u64::try_from(at)?, u64::try_from(size)?);
        let mut tiles = Tiles::default();
        for (level, first, count) in Tiles::needed(position, size) {
            for wanted in first..first + count {
                if level == 0 {
                    tiles.insert(0, wanted, all[usize::try_from(wanted)?]);
                } else if let Some(node) = nodes.iter().find(|n| (n.level, n.position) == (level, wanted)) {
                    tiles.insert(level, wanted, node.hash);
                }
            }
        }
        let path = tiles.path(position, size).expect("every part was asked for");
        let leaf = all[at];
        prop_assert_eq!(root_of_path(leaf, position, size, &path), Some(edge.root()));
        prop_assert_ne!(root_of_path([7; 32], position, size, &path), Some(edge.root()));
        prop_assert_eq!(root_of_path(leaf, size, size, &path), None);
        if size > 1 {
            prop_assert_ne!(root_of_path(leaf, (position + 1) % size, size, &path), Some(edge.root()));
        }
    }
}

/// api-spec/audit.md, step by step, with nothing of Xuncha but its answer.
pub fn check_as_a_prosecutor(proof: &Response, ticket: Uuid, anchored: usize) {
    let bytes = |text: &str| hex::decode(text).expect("hexadecimal digits");
    let mut before = vec![0; 32];
    let size = proof.at("/head/size").as_u64().expect("a number");
    let root = bytes(proof.str("/head/root"));
    let rows = proof.list("/rows");
    for (index, row) in rows.iter().enumerate() {
        let hash = bytes(row["hash"].as_str().expect("digits"));
        // A row that names an inspector shows its hash alone.
        if let Some(canonical) = row["canonical"].as_str() {
            let made = Sha256::digest([before.as_slice(), canonical.as_bytes()].concat()).to_vec();
            assert_eq!(made, hash, "row {}", index + 1);
        }
        before.clone_from(&hash);
        let Some(position) = row["position"].as_u64() else {
            assert!(index >= anchored);
            continue;
        };
        let seq = u32::try_from(index + 1).expect("few").to_be_bytes();
        let leaf = [&[0][..], ticket.as_bytes(), &seq, &hash].concat();
        let mut node = Sha256::digest(leaf).to_vec();
        let mut path = row["path"].as_array().expect("a list").iter();
        let (mut at, mut last) = (position, size - 1);
        while last > 0 {
            if at % 2 == 1 || at < last {
                let sibling = bytes(path.next().expect("long enough").as_str().expect("digits"));
                let (left, right) = if at % 2 == 1 {
                    (&sibling, &node)
                } else {
                    (&node, &sibling)
                };
                node = Sha256::digest([&[1][..], left, right].concat()).to_vec();
            }
            (at, last) = (at / 2, last / 2);
        }
        assert_eq!(node, root, "row {}", index + 1);
    }
    let head = |name: &str| proof.str(&format!("/head/{name}")).to_owned();
    let signed_at: jiff::Timestamp = head("signed_at").parse().expect("an instant");
    let text = format!(
        "xuncha audit head\n{}\n{size}\n{}\n{} {}\n",
        proof.at("/head/generation"),
        head("root"),
        signed_at.as_second(),
        head("key_id")
    );
    let key = AuditKeys::of_seeds(&[vec![11; 32]])
        .expect("the test's key")
        .believed()
        .first()
        .cloned()
        .expect("one");
    assert!(hex::encode(Sha256::digest(key.bytes)).starts_with(&head("key_id")));
    assert_eq!(head("key_id").len(), 16);
    UnparsedPublicKey::new(&ED25519, key.bytes)
        .verify(text.as_bytes(), &bytes(&head("signature")))
        .expect("signed");
}
