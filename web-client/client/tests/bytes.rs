//! Any bytes from outside, put through the client: seeds as they are, and damaged. The fuzz targets do the same for longer.

#[allow(unreachable_pub)]
#[path = "../fuzz/src/harness.rs"]
mod harness;
#[allow(unreachable_pub)]
#[path = "../fuzz/src/seeds.rs"]
mod seeds;

use proptest::{collection::vec, prelude::*, sample::select};

#[test]
fn seeds_are_read_or_refused() {
    seeds::connection()
        .iter()
        .for_each(|seed| harness::connection(seed));
    seeds::responses().iter().for_each(|seed| harness::framing(seed));
    seeds::responses().iter().for_each(|seed| harness::response(seed));
    seeds::arrow().iter().for_each(|seed| harness::arrow(seed));
}

/// A seed with bytes of it replaced, and cut somewhere.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let damage = vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let cut = prop::option::of(any::<prop::sample::Index>());
    (select(seeds), damage, cut).prop_map(|(mut bytes, damage, cut)| {
        if bytes.is_empty() {
            return bytes;
        }
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

proptest! {
    #[test]
    fn connection_strings(bytes in damaged(seeds::connection())) {
        harness::connection(&bytes);
    }

    #[test]
    fn framings(bytes in damaged(seeds::responses())) {
        harness::framing(&bytes);
    }

    #[test]
    fn responses(bytes in damaged(seeds::responses())) {
        harness::response(&bytes);
    }

    #[test]
    fn batches(bytes in damaged(seeds::arrow())) {
        harness::arrow(&bytes);
    }
}
