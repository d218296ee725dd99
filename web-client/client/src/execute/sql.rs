//! What a SQL command came to: the rows of a command, or the query itself, to be run.
//!
//! A server that meets a query returns the relation that it was sent. So only rows are read from the answer.

use bytes::Bytes;
use prost::Message;
use spark_connect_proto::connect::{self as pb, command::CommandType, plan::OpType, relation::RelType};

use crate::error::{Error, Result};

/// A `Relation`, as far as it is read.
#[derive(Clone, PartialEq, Message)]
struct Rows {
    #[prost(message, optional, tag = "11")]
    local_relation: Option<pb::LocalRelation>,
}

/// The relation that answers the command of a plan.
pub(super) fn result(answer: Bytes, plan: &pb::Plan) -> Result<pb::Relation> {
    let nothing = || Error::protocol("the result of a SQL command holds no relation");
    if answer.is_empty() {
        return Err(nothing());
    }
    let rows = Rows::decode(answer)
        .map_err(|e| Error::protocol(format_args!("the result of a SQL command cannot be read ({e})")))?;
    match rows.local_relation {
        Some(rows) => Ok(pb::Relation {
            common: None,
            rel_type: Some(RelType::LocalRelation(rows)),
        }),
        None => sent(plan).ok_or_else(nothing),
    }
}

/// The relation of the SQL command that a plan is.
fn sent(plan: &pb::Plan) -> Option<pb::Relation> {
    match plan.op_type.as_ref()? {
        OpType::Command(pb::Command {
            command_type: Some(CommandType::SqlCommand(command)),
        }) => command.input.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(rel_type: RelType) -> pb::Relation {
        pb::Relation {
            common: None,
            rel_type: Some(rel_type),
        }
    }

    #[test]
    fn a_query_is_what_was_sent_and_a_command_has_rows() {
        let query = relation(RelType::Sql(pb::Sql {
            query: "SELECT 1".to_owned(),
            ..Default::default()
        }));
        let sent = pb::Plan {
            op_type: Some(OpType::Command(pb::Command {
                command_type: Some(CommandType::SqlCommand(pb::SqlCommand {
                    input: Some(query.clone()),
                    ..Default::default()
                })),
            })),
        };
        assert_eq!(result(query.encode_to_vec().into(), &sent).unwrap(), query);
        let rows = relation(RelType::LocalRelation(pb::LocalRelation {
            data: Some("rows".into()),
            schema: None,
        }));
        assert_eq!(result(rows.encode_to_vec().into(), &sent).unwrap(), rows);
        let other = pb::Plan {
            op_type: Some(OpType::Root(query.clone())),
        };
        assert!(result(query.encode_to_vec().into(), &other).is_err());
        assert!(result(Bytes::new(), &sent).is_err());
        assert!(result(Bytes::from_static(&[0xff; 3]), &sent).is_err());
    }
}
