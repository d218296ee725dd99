//! Refuses plans that an older server would misread: what it does not know in a message it ignores, and answers
//! something else than was asked. Which fields those are, `proto/since.txt` lists.

use std::sync::{Arc, OnceLock};

use prost::{
    Message,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};
use spark_connect_proto::{
    connect::{
        self as pb,
        analyze_plan_request::{Analyze, SparkVersion},
        analyze_plan_response::Result as Answer,
    },
    since::{self, MESSAGES, Since},
};

use super::Caller;
use crate::error::{Error, ErrorKind, Result};

/// The server's version, asked for once, when something needs it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerVersion(Arc<OnceLock<String>>);

impl Caller {
    /// Refuses a plan that holds what this server is too old for.
    pub(crate) async fn check_plan(&self, plan: &pb::Plan) -> Result<()> {
        self.refuse(newest(since::PLAN, &plan.encode_to_vec())).await
    }

    /// Refuses a question about a plan that holds what this server is too old for.
    pub(crate) async fn check_question(&self, request: &pb::AnalyzePlanRequest) -> Result<()> {
        self.refuse(newest(since::ANALYZE_PLAN_REQUEST, &request.encode_to_vec()))
            .await
    }

    async fn refuse(&self, newest: Option<&Since>) -> Result<()> {
        let Some(Since { version, what, .. }) = newest else {
            return Ok(());
        };
        if self.is_at_least(*version).await? {
            return Ok(());
        }
        let server = self.server_version().await?;
        Err(Error::new(
            ErrorKind::Unimplemented,
            format!(
                "{what} needs a server with Spark {}.{} or later; this one is {server}.",
                version.0, version.1
            ),
        ))
    }

    /// Whether the server is of this version, as `(4, 1)`, or newer; one that does not tell its version in numbers is
    /// believed to be.
    pub(crate) async fn is_at_least(&self, version: (u16, u16)) -> Result<bool> {
        let server = self.server_version().await?;
        Ok(parse(&server).is_none_or(|known| known >= version))
    }

    async fn server_version(&self) -> Result<String> {
        if let Some(version) = self.server_version.0.get() {
            return Ok(version.clone());
        }
        let request = self.requests().analyze(Analyze::SparkVersion(SparkVersion {}));
        let response: pb::AnalyzePlanResponse = self
            .unary(request, |mut client, request| async move {
                client.analyze_plan(request).await
            })
            .await?;
        let Some(Answer::SparkVersion(answer)) = response.result else {
            return Err(Error::protocol(
                "the question for the version was answered otherwise",
            ));
        };
        Ok(self.server_version.0.get_or_init(|| answer.version).clone())
    }
}

/// The first two numbers of `4.3.0` or `4.4.0-SNAPSHOT`.
fn parse(version: &str) -> Option<(u16, u16)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The newest thing in an encoded message, if anything in it is newer than Spark 4.0. Nesting costs no stack.
fn newest(root: u16, bytes: &[u8]) -> Option<&'static Since> {
    let mut newest: Option<&'static Since> = None;
    let mut waiting = vec![(root, bytes)];
    while let Some((message, mut bytes)) = waiting.pop() {
        let fields = MESSAGES.get(usize::from(message)).copied().unwrap_or_default();
        while !bytes.is_empty() {
            // What we encoded ourselves can be read; anything else is for the server to refuse.
            let (number, wire_type) = decode_key(&mut bytes).ok()?;
            let field = fields
                .binary_search_by_key(&number, |field| field.number)
                .ok()
                .and_then(|at| fields.get(at));
            let Some(field) = field else {
                skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
                continue;
            };
            let value = match wire_type {
                WireType::Varint => Some(decode_varint(&mut bytes).ok()?),
                WireType::LengthDelimited => {
                    let length = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
                    let (held, rest) = bytes.split_at_checked(length)?;
                    waiting.extend(field.message.map(|message| (message, held)));
                    bytes = rest;
                    None
                }
                _ => {
                    skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
                    None
                }
            };
            let since = field
                .since
                .as_ref()
                .filter(|since| since.value.is_none() || since.value == value);
            newest = match (newest, since) {
                (Some(known), Some(found)) if known.version >= found.version => Some(known),
                (known, found) => found.or(known),
            };
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use spark_connect_proto::connect::{
        catalog::CatType, parse::ParseFormat, plan::OpType, relation::RelType,
    };

    use super::*;
    use crate::plan;

    fn relation(rel_type: RelType) -> pb::Relation {
        pb::Relation {
            common: None,
            rel_type: Some(rel_type),
        }
    }

    fn parsed(format: ParseFormat) -> pb::Relation {
        relation(RelType::Parse(Box::new(pb::Parse {
            input: Some(Box::new(plan::sql("SELECT 1"))),
            format: format.into(),
            ..Default::default()
        })))
    }

    fn found(relation: pb::Relation) -> Option<&'static str> {
        let plan = plan::root(relation);
        let question = pb::AnalyzePlanRequest {
            analyze: Some(Analyze::TreeString(pb::analyze_plan_request::TreeString {
                plan: Some(plan.clone()),
                level: None,
            })),
            ..Default::default()
        };
        let found = newest(since::PLAN, &plan.encode_to_vec());
        assert_eq!(
            newest(since::ANALYZE_PLAN_REQUEST, &question.encode_to_vec()),
            found
        );
        found.map(|since| since.what)
    }

    #[test]
    fn what_is_new_is_found_at_any_depth() {
        assert_eq!(found(plan::limit(plan::sql("SELECT 1"), 3)), None);
        let zip = |left, right| {
            relation(RelType::Zip(Box::new(pb::Zip {
                left: Some(Box::new(left)),
                right: Some(Box::new(right)),
            })))
        };
        let chunks = plan::chunked_cached_local_relation(vec!["hash".to_owned()]);
        assert_eq!(found(chunks.clone()), Some("A local relation in several chunks"));
        let both = zip(chunks, plan::sql("SELECT 1"));
        assert_eq!(found(plan::limit(both, 3)), Some("DataFrame.zip"));
        let views = pb::Catalog {
            cat_type: Some(CatType::ListViews(pb::ListViews::default())),
        };
        assert_eq!(
            found(relation(RelType::Catalog(views))),
            Some("Catalog.listViews")
        );
    }

    #[test]
    fn a_new_value_of_an_old_field_is_found() {
        assert_eq!(found(parsed(ParseFormat::Json)), None);
        assert_eq!(
            found(parsed(ParseFormat::Xml)),
            Some("DataFrameReader.xml of a DataFrame")
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let mut bytes = plan::chunked_cached_local_relation(vec!["hash".to_owned()]).encode_to_vec();
        for _ in 0..20_000 {
            // Relation.limit { input }, written by hand: prost would need a frame of the stack for each.
            let mut limit = Vec::new();
            prost::encoding::bytes::encode(1, &bytes, &mut limit);
            bytes.clear();
            prost::encoding::bytes::encode(8, &limit, &mut bytes);
        }
        let mut plan = Vec::new();
        prost::encoding::bytes::encode(1, &bytes, &mut plan);
        assert_eq!(
            newest(since::PLAN, &plan).map(|since| since.version),
            Some((4, 1))
        );
    }

    #[test]
    fn no_plan_of_bytes_is_too_strange() {
        assert_eq!(newest(since::PLAN, b"\xff\xff\xff"), None);
        assert_eq!(newest(since::PLAN, b"\x0a\xff\x01"), None);
        let command = pb::Plan {
            op_type: Some(OpType::Command(pb::Command::default())),
        };
        assert_eq!(newest(since::PLAN, &command.encode_to_vec()), None);
    }

    #[test]
    fn versions() {
        assert_eq!(parse("4.3.0"), Some((4, 3)));
        assert_eq!(parse("4.10.0-SNAPSHOT"), Some((4, 10)));
        assert_eq!(parse("master"), None);
    }
}
