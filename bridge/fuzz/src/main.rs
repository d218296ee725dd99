//! Writes the seeds to where cargo-fuzz looks for them.

use std::{error::Error, fs, path::Path};

use spark_connect_bridge_fuzz::seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, seeds) in [
        ("envelope", seeds::requests()),
        ("frames", seeds::bodies()),
        ("text", seeds::texts()),
    ] {
        fs::create_dir_all(corpus.join(target))?;
        for (at, seed) in seeds.iter().enumerate() {
            fs::write(corpus.join(target).join(format!("seed-{at}")), seed)?;
        }
    }
    Ok(())
}
