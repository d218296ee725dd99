//! Compiles `proto/spark/connect/*.proto` into Rust, without protoc, and keeps the compiled descriptor set
//! so that a test can compare it with the one that PySpark carries.

use std::{env, fs, path::PathBuf};

use prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from("proto");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("spark/connect"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "proto"));
    files.sort();

    let descriptors = protox::compile(&files, [&root])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    tonic_prost_build::configure()
        // A record batch must reach Arrow without a copy, and an artifact must leave without one.
        .bytes(".spark.connect.ExecutePlanResponse.ArrowBatch.data")
        .bytes(".spark.connect.LocalRelation.data")
        .bytes(".spark.connect.AddArtifactsRequest.ArtifactChunk.data")
        // The transport is the client's choice: fetch in a browser, tonic's channel natively.
        .build_transport(false)
        .build_server(env::var_os("CARGO_FEATURE_SERVER").is_some())
        .compile_fds(descriptors)?;

    println!("cargo:rerun-if-changed=proto");
    Ok(())
}
