//! Spark Connect's message types as far as a walk through a plan needs them: which field holds a message of which
//! type. Read once from the compiled wire definitions.

use std::{collections::HashMap, sync::LazyLock};

use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet, field_descriptor_proto::Type};
use spark_connect_proto::DESCRIPTORS;

const PACKAGE: &str = ".spark.connect.";

/// Every message type of the package.
static TYPES: LazyLock<HashMap<String, MessageType>> = LazyLock::new(read);

/// A message type.
#[derive(Debug, Default)]
pub(super) struct MessageType {
    /// Without its package, for example `Expression.Literal`.
    pub(super) name: String,
    fields: HashMap<u32, Field>,
}

/// A field of a message type.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The type of the message it holds, if it holds one.
    message: Option<String>,
    /// Whether it holds text.
    pub(super) is_text: bool,
}

impl MessageType {
    /// The type of this name, without its package.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TYPES.get(name)
    }

    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        self.fields.get(&number)
    }
}

impl Field {
    /// The type of the message that it holds. `None` for scalars and for messages of other packages.
    pub(super) fn message(&self) -> Option<&'static MessageType> {
        MessageType::named(self.message.as_ref()?)
    }

    /// Whether it holds a message that only plugins of the server understand.
    pub(super) fn is_extension(&self) -> bool {
        self.message.as_deref() == Some(".google.protobuf.Any")
    }
}

fn read() -> HashMap<String, MessageType> {
    let mut types = HashMap::new();
    // Compiled into this program; a test holds it to having every type that is asked for.
    let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap_or_default();
    for file in files.file.iter().filter(|file| file.package() == "spark.connect") {
        for message in &file.message_type {
            add(&mut types, "", message);
        }
    }
    types
}

fn add(types: &mut HashMap<String, MessageType>, outer: &str, message: &DescriptorProto) {
    let name = format!("{outer}{}", message.name());
    for nested in &message.nested_type {
        add(types, &format!("{name}."), nested);
    }
    let fields = message.field.iter().map(|field| {
        let holds = (field.r#type() == Type::Message).then(|| {
            let full = field.type_name();
            full.strip_prefix(PACKAGE).unwrap_or(full).to_owned()
        });
        let number = u32::try_from(field.number()).unwrap_or_default();
        (
            number,
            Field {
                name: field.name().to_owned(),
                message: holds,
                is_text: field.r#type() == Type::String,
            },
        )
    });
    let fields = fields.collect();
    types.insert(name.clone(), MessageType { name, fields });
}

#[cfg(test)]
mod tests {
    use super::{super::method::Method, *};

    fn number(of: &MessageType, name: &str) -> Option<u32> {
        of.fields
            .iter()
            .find(|(_, field)| field.name == name)
            .map(|(number, _)| *number)
    }

    #[test]
    fn every_request_has_its_envelope_where_it_is_read() {
        for method in Method::ALL {
            let request = MessageType::named(method.request_type()).unwrap();
            assert_eq!(
                number(request, "session_id"),
                Some(super::super::SESSION_ID),
                "{method}"
            );
            assert_eq!(
                number(request, "user_context"),
                Some(super::super::USER_CONTEXT),
                "{method}"
            );
            let observed = number(request, "client_observed_server_side_session_id");
            assert_eq!(observed, method.observed_field(), "{method}");
            assert_eq!(
                number(request, "operation_id"),
                method.operation_field(),
                "{method}"
            );
        }
        let user = MessageType::named("UserContext").unwrap();
        assert_eq!(number(user, "user_id"), Some(super::super::USER_ID));
        assert_eq!(number(user, "user_name"), Some(super::super::USER_NAME));
        assert_eq!(number(user, "extensions"), Some(super::super::EXTENSIONS));
    }

    #[test]
    fn only_the_envelope_names_a_user() {
        for message in TYPES.values() {
            for field in message.fields.values() {
                let names_a_user =
                    field.name.contains("user_id") || field.message.as_deref() == Some("UserContext");
                let known = message.name == "UserContext" || field.name == "user_context";
                assert_eq!(
                    names_a_user,
                    known && field.name.starts_with("user_") && field.name != "user_name",
                    "{}.{}",
                    message.name,
                    field.name
                );
            }
        }
    }
}
