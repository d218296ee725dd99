//! Any source text, put through the interpreter: seeds as they are and damaged, and programs that bytes choose. The fuzz
//! targets do the same for longer.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::{grammar, harness, seeds};

/// A seed with parts of it replaced by others, and cut somewhere.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let piece = (
        any::<prop::sample::Index>(),
        select(seeds::sources()),
        any::<prop::sample::Index>(),
    );
    let cut = prop::option::of(any::<prop::sample::Index>());
    (select(seeds::sources()), vec(piece, 0..3), cut).prop_map(|(mut bytes, pieces, cut)| {
        for (at, other, from) in pieces {
            let (at, from) = (at.index(bytes.len() + 1), from.index(other.len()));
            bytes.splice(at..at, other[from..].iter().copied().take(12));
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        bytes
    })
}

#[test]
fn seeds_end() {
    for seed in seeds::sources() {
        harness::source(&seed);
    }
}

#[test]
fn programs_are_of_all_kinds() {
    let mut state = 1u32;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(4_000)
    .collect();
    let text = grammar::program(&bytes);
    for part in ["for ", "while ", "def ", "try:", "lambda", "f\"{", " = "] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damaged_seeds_end(bytes in damaged()) {
        harness::source(&bytes);
    }

    #[test]
    fn chosen_programs_end(bytes in vec(any::<u8>(), 0..200)) {
        harness::program(&bytes);
    }
}
