//! `[traces]`: traces of calls, for an OpenTelemetry collector.

use http::Uri;

use super::table::{Section, Table};

/// Where traces go.
#[derive(Clone, Debug)]
pub struct Traces {
    /// `endpoint`: a collector that takes OTLP over HTTP (protobuf), for example `http://localhost:4318`; `/v1/traces`
    /// is added. Without it there are none.
    pub endpoint: Option<Uri>,
    /// `service`: the name of this service in traces. Default `spark-connect-bridge`.
    pub service: String,
    /// `percent`: how many of the calls that belong to no trace yet begin one, 0 to 100. A call that belongs to one is
    /// recorded if its caller records it. Default 100.
    pub percent: u32,
}

impl Section for Traces {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let text: Option<String> = table.get("endpoint");
        let endpoint = text.and_then(|text| {
            let uri = text.parse::<Uri>().ok();
            let known =
                uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
            if known.is_none() {
                table.problem("endpoint", "expected an address such as http://localhost:4318");
            }
            known
        });
        let service = table.or("service", "spark-connect-bridge".to_owned());
        let percent = table.or("percent", 100);
        if percent > 100 {
            table.problem("percent", "expected 0 to 100");
        }
        Some(Self {
            endpoint,
            service,
            percent,
        })
    }
}
