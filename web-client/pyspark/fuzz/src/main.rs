//! Writes the seeds to where cargo-fuzz looks for them.

use std::{error::Error, fs, path::Path};

use pyspark_cells_fuzz::seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/source");
    fs::create_dir_all(&corpus)?;
    for (at, seed) in seeds::sources().iter().enumerate() {
        fs::write(corpus.join(format!("seed-{at}")), seed)?;
    }
    Ok(())
}
