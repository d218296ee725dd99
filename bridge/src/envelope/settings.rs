//! Which of Spark's settings a `Config` request asks for, as far as one of them is a secret.

use super::wire::{Fields, Value, WireError};

/// Where Spark keeps the token that all its clients share.
const TOKEN: &str = "spark.connect.authenticate.token";
/// `ConfigRequest.operation`
const OPERATION: u32 = 3;
/// The choices of `ConfigRequest.Operation` that are answered with values.
const GET: u32 = 2;
const GET_WITH_DEFAULT: u32 = 3;
const GET_OPTION: u32 = 4;
const GET_ALL: u32 = 5;

/// Whether the answer to a request would contain the token. If the request can be read in several ways, any counts.
pub(super) fn reveals_token(message: &[u8]) -> Result<bool, WireError> {
    for operation in messages(message, |number| number == OPERATION) {
        for choice in Fields::of(operation?) {
            let choice = choice?;
            let Value::Bytes(bytes) = choice.value else {
                continue;
            };
            let reveals = match choice.number {
                GET | GET_OPTION => any(bytes, |key| key == TOKEN.as_bytes())?,
                GET_WITH_DEFAULT => {
                    let mut found = false;
                    for pair in messages(bytes, |number| number == 1) {
                        found |= any(pair?, |key| key == TOKEN.as_bytes())?;
                    }
                    found
                }
                // Without a prefix everything is answered; of several, the last one counts.
                GET_ALL => !has_first(bytes)? || any(bytes, |prefix| TOKEN.as_bytes().starts_with(prefix))?,
                _ => false,
            };
            if reveals {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The fields of `message` with bytes and a number that `wanted` takes.
fn messages(message: &[u8], wanted: impl Fn(u32) -> bool) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields::of(message).filter_map(move |field| match field {
        Ok(field) => match field.value {
            Value::Bytes(bytes) if wanted(field.number) => Some(Ok(bytes)),
            _ => None,
        },
        Err(error) => Some(Err(error)),
    })
}

/// Whether a field 1 of `message` is as `wanted` says.
fn any(message: &[u8], wanted: impl Fn(&[u8]) -> bool) -> Result<bool, WireError> {
    let mut found = false;
    for bytes in messages(message, |number| number == 1) {
        found |= wanted(bytes?);
    }
    Ok(found)
}

fn has_first(message: &[u8]) -> Result<bool, WireError> {
    any(message, |_| true)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use spark_connect_proto::connect::{
        ConfigRequest, KeyValue,
        config_request::{
            Get, GetAll, GetOption, GetWithDefault, IsModifiable, Operation, Set, operation::OpType,
        },
    };

    use super::*;

    fn bytes(operation: OpType) -> Vec<u8> {
        let operation = Some(Operation {
            op_type: Some(operation),
        });
        ConfigRequest {
            operation,
            ..ConfigRequest::default()
        }
        .encode_to_vec()
    }

    #[test]
    fn what_reveals_the_token() {
        let keys = |key: &str| vec!["spark.app.name".to_owned(), key.to_owned()];
        let pairs = |key: &str| {
            vec![KeyValue {
                key: key.to_owned(),
                value: Some("x".to_owned()),
            }]
        };
        let all = |prefix: Option<&str>| {
            OpType::GetAll(GetAll {
                prefix: prefix.map(str::to_owned),
            })
        };
        for (operation, reveals) in [
            (OpType::Get(Get { keys: keys(TOKEN) }), true),
            (
                OpType::Get(Get {
                    keys: keys("spark.sql.ansi.enabled"),
                }),
                false,
            ),
            (OpType::GetOption(GetOption { keys: keys(TOKEN) }), true),
            (
                OpType::GetWithDefault(GetWithDefault { pairs: pairs(TOKEN) }),
                true,
            ),
            (
                OpType::GetWithDefault(GetWithDefault { pairs: pairs("x") }),
                false,
            ),
            (OpType::IsModifiable(IsModifiable { keys: keys(TOKEN) }), false),
            (
                OpType::Set(Set {
                    pairs: pairs(TOKEN),
                    silent: None,
                }),
                false,
            ),
            (all(None), true),
            (all(Some("")), true),
            (all(Some("spark.")), true),
            (all(Some(TOKEN)), true),
            (all(Some("spark.sql.")), false),
            (all(Some("spark.connect.authenticate.token.x")), false),
        ] {
            assert_eq!(
                reveals_token(&bytes(operation.clone())),
                Ok(reveals),
                "{operation:?}"
            );
        }
        // A harmless choice before or after hides nothing.
        let harmless = bytes(OpType::Get(Get {
            keys: vec!["x".to_owned()],
        }));
        let revealing = bytes(all(None));
        for message in [
            [&harmless[..], &revealing].concat(),
            [&revealing[..], &harmless].concat(),
        ] {
            assert_eq!(reveals_token(&message), Ok(true));
        }
        assert_eq!(reveals_token(b"\x1a\x05"), Err(WireError::Truncated));
    }
}
