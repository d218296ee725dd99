//! Large plans travel compressed, when the server takes them so: `Plan.CompressedOperation`, since Spark 4.1.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use prost::Message;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use spark_connect_proto::connect::{
    self as pb,
    config_request::{GetOption, operation::OpType as OpTypeOfConfig},
    plan::{CompressedOperation, OpType, compressed_operation::OpType as Kind},
};

use super::Caller;
use crate::error::{Error, Result};

/// Below this no plan is worth asking the server for its threshold.
const WORTH_ASKING: usize = 64 * 1024;

const KEYS: [&str; 2] = [
    "spark.connect.session.planCompression.threshold",
    "spark.connect.session.planCompression.defaultAlgorithm",
];

/// From how many bytes on a session's plans are compressed; asked once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compression(Arc<Mutex<Option<Threshold>>>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Threshold {
    Bytes(usize),
    Never,
}

impl Compression {
    fn get(&self) -> Option<Threshold> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, threshold: Threshold) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(threshold);
    }
}

impl Caller {
    /// The plan as it is sent: compressed if it is large, the server takes it, and it becomes smaller.
    pub(crate) async fn pack(&self, plan: &pb::Plan) -> pb::Plan {
        let size = plan.encoded_len();
        if size < WORTH_ASKING {
            return plan.clone();
        }
        let threshold = match self.compression.get() {
            Some(threshold) => threshold,
            None => {
                let threshold = self.ask_threshold().await;
                self.compression.set(threshold);
                threshold
            }
        };
        match threshold {
            Threshold::Bytes(bytes) if size > bytes => compressed(plan).unwrap_or_else(|| plan.clone()),
            _ => plan.clone(),
        }
    }

    /// Whether the server refused a plan for being compressed. From here on none is.
    pub(crate) fn refuses_compression(&self, plan: &pb::Plan, error: &Error) -> bool {
        let refused = matches!(plan.op_type, Some(OpType::CompressedOperation(_)))
            && error.is("CONNECT_INVALID_PLAN.CANNOT_PARSE");
        if refused {
            self.compression.set(Threshold::Never);
        }
        refused
    }

    /// The values of settings, without those that have none.
    async fn settings(&self, keys: Vec<String>) -> Result<HashMap<String, String>> {
        let operation = OpTypeOfConfig::GetOption(GetOption { keys });
        let request = self.requests().config(operation);
        let response: pb::ConfigResponse = self
            .unary(request, |mut client, request| async move {
                client.config(request).await
            })
            .await?;
        Ok(response
            .pairs
            .into_iter()
            .filter_map(|pair| Some((pair.key, pair.value?)))
            .collect())
    }

    /// A server that does not know the settings does not know compressed plans.
    async fn ask_threshold(&self) -> Threshold {
        let keys = KEYS.map(str::to_owned);
        let settings = self.settings(keys.to_vec()).await.unwrap_or_default();
        let bytes = settings.get(KEYS[0]).and_then(|bytes| bytes.parse().ok());
        match (bytes, settings.get(KEYS[1]).map(String::as_str)) {
            (Some(bytes), Some("ZSTD")) => Threshold::Bytes(bytes),
            _ => Threshold::Never,
        }
    }
}

/// The plan compressed, if that makes it smaller.
fn compressed(plan: &pb::Plan) -> Option<pb::Plan> {
    let (kind, bytes) = match plan.op_type.as_ref()? {
        OpType::Root(relation) => (Kind::Relation, relation.encode_to_vec()),
        OpType::Command(command) => (Kind::Command, command.encode_to_vec()),
        OpType::CompressedOperation(_) => return None,
    };
    let data = compress_to_vec(bytes.as_slice(), CompressionLevel::Fastest);
    let operation = CompressedOperation {
        op_type: kind.into(),
        compression_codec: pb::CompressionCodec::Zstd.into(),
        data,
    };
    (operation.data.len() < bytes.len()).then_some(pb::Plan {
        op_type: Some(OpType::CompressedOperation(operation)),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::plan;

    #[test]
    fn a_compressed_plan_holds_the_same_operation() {
        let text = "SELECT 1 ".repeat(10_000);
        let original = plan::sql_command(&text);
        let Some(OpType::CompressedOperation(packed)) = compressed(&original).unwrap().op_type else {
            panic!("not compressed");
        };
        assert_eq!(packed.op_type(), Kind::Command);
        let mut bytes = Vec::new();
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.data.as_slice()).unwrap();
        decoder.read_to_end(&mut bytes).unwrap();
        let Some(OpType::Command(command)) = original.op_type else {
            panic!("not a command")
        };
        assert_eq!(pb::Command::decode(bytes.as_slice()).unwrap(), command);
        assert!(packed.data.len() < text.len() / 10);
    }

    #[test]
    fn what_does_not_shrink_is_left_alone() {
        assert!(compressed(&plan::root(plan::sql(""))).is_none());
    }
}
