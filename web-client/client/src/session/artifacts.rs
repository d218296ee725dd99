//! Files for a session: jars, archives, data, and cached blocks that plans refer to by their hash.
//!
//! Bytes in memory only; reading files is the caller's business.

use std::collections::HashSet;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use spark_connect_proto::connect::{self as pb, add_artifacts_request as request};

use super::Session;
use crate::{
    call::within_deadline,
    error::{Error, ErrorKind, Result},
    platform,
    request::Requests,
    retry::Retries,
};

/// Bytes of one chunk, and of all small artifacts that travel in one request.
const CHUNK: usize = 32 * 1024;

/// One file for the server, `SparkSession.addArtifact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    name: String,
    data: Bytes,
}

impl Artifact {
    /// A jar, on the class path of the session.
    pub fn jar(file_name: &str, data: Bytes) -> Result<Self> {
        Self::named("jars", file_name, data)
    }

    /// A Python file, an egg or a zip, on the path of the session's Python workers.
    pub fn py_file(file_name: &str, data: Bytes) -> Result<Self> {
        Self::named("pyfiles", file_name, data)
    }

    /// An archive that is unpacked where Python workers run, into the directory after `#` if there is one.
    pub fn archive(file_name: &str, data: Bytes) -> Result<Self> {
        Self::named("archives", file_name, data)
    }

    /// A file that Python workers find where they run.
    pub fn file(file_name: &str, data: Bytes) -> Result<Self> {
        Self::named("files", file_name, data)
    }

    /// A file that the server copies to an absolute path of its file system, `SparkSession.copyFromLocalToFs`.
    pub fn forward_to_fs(path: &str, data: Bytes) -> Result<Self> {
        if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(invalid(
                path,
                "a path on the server starts with / and has no .. in it",
            ));
        }
        Ok(Self {
            name: format!("forward_to_fs{path}"),
            data,
        })
    }

    /// A block that plans refer to by its SHA-256, which is its name.
    fn cached(data: Bytes) -> Self {
        Self {
            name: format!("cache/{}", hash(&data)),
            data,
        }
    }

    fn named(directory: &str, file_name: &str, data: Bytes) -> Result<Self> {
        if file_name.is_empty() || file_name == ".." || file_name.contains(['/', '\\']) {
            return Err(invalid(file_name, "it is the name of a file without directories"));
        }
        Ok(Self {
            name: format!("{directory}/{file_name}"),
            data,
        })
    }

    /// The name on the server, with its directory.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn invalid(name: &str, rule: &str) -> Error {
    Error::new(
        ErrorKind::Invalid,
        format!("{name:?} cannot be the name of an artifact: {rule}."),
    )
}

/// The SHA-256 of a block in hexadecimal digits.
fn hash(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Session {
    /// Sends files to the server, `SparkSession.addArtifacts`. An error if one arrived damaged.
    pub async fn add_artifacts(&self, artifacts: &[Artifact]) -> Result<()> {
        if artifacts.is_empty() {
            return Ok(());
        }
        let mut retries = Retries::new(self.caller.retry_policy().clone());
        loop {
            let requests: Vec<_> = payloads(artifacts)
                .map(|p| self.caller.requests().add_artifacts(p))
                .collect();
            let mut client = self.caller.client();
            let answer = Box::pin(client.add_artifacts(futures::stream::iter(requests)));
            let error = match within_deadline(answer).await {
                Ok(response) => return self.arrived(artifacts, &response.into_inner()),
                Err(status) => Error::from(status),
            };
            let again = error.is_retryable();
            match again
                .then(|| retries.next_wait(error.retry_after, platform::random()))
                .flatten()
            {
                Some(wait) => platform::sleep(wait).await,
                None => return Err(self.caller.with_details(error).await),
            }
        }
    }

    fn arrived(&self, artifacts: &[Artifact], response: &pb::AddArtifactsResponse) -> Result<()> {
        self.caller.check(response)?;
        let whole: HashSet<&str> = response
            .artifacts
            .iter()
            .filter(|a| a.is_crc_successful)
            .map(|a| a.name.as_str())
            .collect();
        match artifacts.iter().find(|artifact| !whole.contains(artifact.name())) {
            Some(damaged) => Err(Error::new(
                ErrorKind::Protocol,
                format!(
                    "{} arrived damaged at the server, or not at all. Send it again.",
                    damaged.name()
                ),
            )),
            None => Ok(()),
        }
    }

    /// Which of these names the server has.
    pub async fn artifacts_exist(&self, names: &[String]) -> Result<Vec<bool>> {
        let request = self.caller.requests().artifact_status(names.to_vec());
        let response = self
            .caller
            .unary(request, |mut client, request| async move {
                client.artifact_status(request).await
            })
            .await?;
        Ok(names
            .iter()
            .map(|name| response.statuses.get(name).is_some_and(|s| s.exists))
            .collect())
    }

    /// Makes sure that the server has these blocks, and returns their hashes. Only missing ones are sent.
    pub(crate) async fn cache_artifacts(&self, blocks: Vec<Bytes>) -> Result<Vec<String>> {
        let artifacts: Vec<Artifact> = blocks.into_iter().map(Artifact::cached).collect();
        let names: Vec<String> = artifacts.iter().map(|artifact| artifact.name.clone()).collect();
        let exist = self.artifacts_exist(&names).await?;
        let mut seen = HashSet::new();
        let missing: Vec<Artifact> = artifacts
            .into_iter()
            .zip(exist)
            .filter(|(artifact, exists)| !exists && seen.insert(artifact.name.clone()))
            .map(|(artifact, _)| artifact)
            .collect();
        self.add_artifacts(&missing).await?;
        Ok(names
            .into_iter()
            .map(|name| name.trim_start_matches("cache/").to_owned())
            .collect())
    }
}

impl Requests {
    fn add_artifacts(&self, payload: request::Payload) -> pb::AddArtifactsRequest {
        pb::AddArtifactsRequest {
            session_id: self.session_id().to_owned(),
            user_context: self.user_context(),
            client_observed_server_side_session_id: self.client_observed(),
            client_type: Some(self.client_type().to_owned()),
            payload: Some(payload),
        }
    }

    fn artifact_status(&self, names: Vec<String>) -> pb::ArtifactStatusesRequest {
        pb::ArtifactStatusesRequest {
            session_id: self.session_id().to_owned(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            client_type: Some(self.client_type().to_owned()),
            names,
        }
    }
}

/// What is sent: small artifacts together while they fit into one chunk, large ones chunk by chunk, in order.
fn payloads(artifacts: &[Artifact]) -> impl Iterator<Item = request::Payload> {
    let mut groups: Vec<&[Artifact]> = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (at, artifact) in artifacts.iter().enumerate() {
        let large = artifact.data.len() > CHUNK;
        if start < at && (large || size + artifact.data.len() > CHUNK) {
            groups.push(&artifacts[start..at]);
            (start, size) = (at, 0);
        }
        size += artifact.data.len();
        if large {
            groups.push(&artifacts[at..=at]);
            (start, size) = (at + 1, 0);
        }
    }
    if start < artifacts.len() {
        groups.push(&artifacts[start..]);
    }
    groups.into_iter().flat_map(|group| match group {
        [large] if large.data.len() > CHUNK => chunked(large),
        small => vec![request::Payload::Batch(request::Batch {
            artifacts: small
                .iter()
                .map(|artifact| request::SingleChunkArtifact {
                    name: artifact.name.clone(),
                    data: Some(chunk(artifact.data.clone())),
                })
                .collect(),
        })],
    })
}

fn chunked(artifact: &Artifact) -> Vec<request::Payload> {
    let length = artifact.data.len();
    let chunks = (0..length)
        .step_by(CHUNK)
        .map(|at| chunk(artifact.data.slice(at..(at + CHUNK).min(length))));
    chunks
        .enumerate()
        .map(|(at, chunk)| match at {
            0 => request::Payload::BeginChunk(request::BeginChunkedArtifact {
                name: artifact.name.clone(),
                total_bytes: length as i64,
                num_chunks: length.div_ceil(CHUNK) as i64,
                initial_chunk: Some(chunk),
            }),
            _ => request::Payload::Chunk(chunk),
        })
        .collect()
}

fn chunk(data: Bytes) -> request::ArtifactChunk {
    request::ArtifactChunk {
        crc: i64::from(crc32fast::hash(&data)),
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(name: &str, size: usize) -> Artifact {
        Artifact::file(name, Bytes::from(vec![7; size])).unwrap()
    }

    /// One line a payload: what it holds and how many bytes.
    fn sent(artifacts: &[Artifact]) -> Vec<String> {
        payloads(artifacts)
            .map(|payload| match payload {
                request::Payload::Batch(batch) => {
                    let one = |a: request::SingleChunkArtifact| {
                        format!("{} {}", a.name, a.data.unwrap().data.len())
                    };
                    batch
                        .artifacts
                        .into_iter()
                        .map(one)
                        .collect::<Vec<_>>()
                        .join(", ")
                }
                request::Payload::BeginChunk(begin) => format!(
                    "begin {} {} in {}: {}",
                    begin.name,
                    begin.total_bytes,
                    begin.num_chunks,
                    begin.initial_chunk.unwrap().data.len()
                ),
                request::Payload::Chunk(chunk) => format!("chunk {}", chunk.data.len()),
            })
            .collect()
    }

    #[test]
    fn small_artifacts_travel_together_and_large_ones_in_chunks() {
        let artifacts = [
            artifact("a", 10),
            artifact("b", CHUNK - 10),
            artifact("c", 1),
            artifact("d", CHUNK + 1),
            artifact("e", CHUNK),
            artifact("f", 0),
            artifact("g", 2 * CHUNK),
        ];
        assert_eq!(
            sent(&artifacts),
            [
                "files/a 10, files/b 32758",
                "files/c 1",
                "begin files/d 32769 in 2: 32768",
                "chunk 1",
                "files/e 32768, files/f 0",
                "begin files/g 65536 in 2: 32768",
                "chunk 32768",
            ]
        );
    }

    #[test]
    fn checksums_are_those_of_the_chunks() {
        assert_eq!(chunk(Bytes::from_static(b"123456789")).crc, 0xcbf4_3926);
        assert_eq!(
            hash(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn names_stay_in_their_directories() {
        for name in ["", "..", "a/b", "a\\b"] {
            assert!(Artifact::jar(name, Bytes::new()).is_err(), "{name:?}");
        }
        assert!(Artifact::forward_to_fs("relative", Bytes::new()).is_err());
        assert!(Artifact::forward_to_fs("/a/../b", Bytes::new()).is_err());
        assert_eq!(
            Artifact::forward_to_fs("/data/x", Bytes::new()).unwrap().name(),
            "forward_to_fs/data/x"
        );
        assert_eq!(
            Artifact::archive("env.zip#env", Bytes::new()).unwrap().name(),
            "archives/env.zip#env"
        );
    }

    proptest::proptest! {
        #[test]
        fn every_byte_is_sent_once(sizes in proptest::collection::vec(0usize..100_000, 0..12)) {
            let artifacts: Vec<Artifact> = sizes.iter().enumerate().map(|(at, size)| artifact(&at.to_string(), *size)).collect();
            let bytes: usize = payloads(&artifacts).map(|payload| match payload {
                request::Payload::Batch(batch) => {
                    let bytes = batch.artifacts.iter().map(|a| a.data.as_ref().unwrap().data.len()).sum();
                    assert!(bytes <= CHUNK);
                    bytes
                }
                request::Payload::BeginChunk(begin) => begin.initial_chunk.unwrap().data.len(),
                request::Payload::Chunk(chunk) => chunk.data.len(),
            }).sum();
            assert_eq!(bytes, sizes.iter().sum::<usize>());
        }
    }
}
