//! Runtime settings, PySpark's `RuntimeConfig` (`spark.conf`).

use std::collections::BTreeMap;

use spark_connect_proto::connect::{
    self as pb, config_request as request, config_request::operation::OpType,
};

use super::Session;
use crate::error::{Error, Result};

/// The runtime settings of a session.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    session: Session,
}

impl Session {
    /// The runtime settings, `SparkSession.conf`.
    pub fn conf(&self) -> RuntimeConfig {
        RuntimeConfig {
            session: self.clone(),
        }
    }
}

impl RuntimeConfig {
    /// The value of a setting, `RuntimeConf.get`; an error if it has none and no default.
    pub async fn get(&self, key: &str) -> Result<String> {
        let response = self
            .call(OpType::Get(request::Get {
                keys: vec![key.to_owned()],
            }))
            .await?;
        value_of(response, key).ok_or_else(|| no_value(key))
    }

    /// The value of a setting, or a value of one's own if it has none.
    pub async fn get_with_default(&self, key: &str, default: &str) -> Result<String> {
        let pairs = vec![pair(key, default)];
        let response = self
            .call(OpType::GetWithDefault(request::GetWithDefault { pairs }))
            .await?;
        value_of(response, key).ok_or_else(|| no_value(key))
    }

    /// The value of a setting, or nothing if it has none.
    pub async fn get_option(&self, key: &str) -> Result<Option<String>> {
        let keys = vec![key.to_owned()];
        let response = self.call(OpType::GetOption(request::GetOption { keys })).await?;
        Ok(value_of(response, key))
    }

    /// The values of several settings, without those that have none.
    pub async fn get_options(&self, keys: &[String]) -> Result<BTreeMap<String, String>> {
        let response = self
            .call(OpType::GetOption(request::GetOption { keys: keys.to_vec() }))
            .await?;
        Ok(response
            .pairs
            .into_iter()
            .filter_map(|pair| Some((pair.key, pair.value?)))
            .collect())
    }

    /// Every setting whose name begins with a prefix, `RuntimeConf.getAll`.
    pub async fn get_all(&self, prefix: Option<&str>) -> Result<BTreeMap<String, String>> {
        let prefix = prefix.map(str::to_owned);
        let response = self.call(OpType::GetAll(request::GetAll { prefix })).await?;
        let pairs = response.pairs.into_iter();
        Ok(pairs
            .map(|pair| (pair.key, pair.value.unwrap_or_default()))
            .collect())
    }

    /// Sets a value, `RuntimeConf.set`. Returns the server's warnings, for example that the setting is deprecated.
    pub async fn set(&self, key: &str, value: &str) -> Result<Vec<String>> {
        let set = request::Set {
            pairs: vec![pair(key, value)],
            silent: None,
        };
        Ok(self.call(OpType::Set(set)).await?.warnings)
    }

    /// Takes a value back, `RuntimeConf.unset`. Returns the server's warnings.
    pub async fn unset(&self, key: &str) -> Result<Vec<String>> {
        let unset = request::Unset {
            keys: vec![key.to_owned()],
        };
        Ok(self.call(OpType::Unset(unset)).await?.warnings)
    }

    /// Whether a setting may be changed while the server runs, `RuntimeConf.isModifiable`.
    pub async fn is_modifiable(&self, key: &str) -> Result<bool> {
        let keys = vec![key.to_owned()];
        let response = self
            .call(OpType::IsModifiable(request::IsModifiable { keys }))
            .await?;
        Ok(value_of(response, key).is_some_and(|value| value == "true"))
    }

    async fn call(&self, operation: OpType) -> Result<pb::ConfigResponse> {
        let request = self.session.caller.requests().config(operation);
        self.session
            .caller
            .unary(request, |mut client, request| async move {
                client.config(request).await
            })
            .await
    }
}

fn pair(key: &str, value: &str) -> pb::KeyValue {
    pb::KeyValue {
        key: key.to_owned(),
        value: Some(value.to_owned()),
    }
}

fn value_of(response: pb::ConfigResponse, key: &str) -> Option<String> {
    response
        .pairs
        .into_iter()
        .find(|pair| pair.key == key)
        .and_then(|pair| pair.value)
}

fn no_value(key: &str) -> Error {
    Error::protocol(format_args!(
        "the question for the setting {key} was answered without a value"
    ))
}
