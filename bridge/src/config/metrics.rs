//! `[metrics]`: numbers for Prometheus.

use super::{
    listen::address,
    table::{Section, Table},
};

/// Where numbers are told.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// `enabled`: whether `/metrics` is served, on a listener of its own. Default false.
    pub enabled: bool,
    /// `address`: HOST:PORT of that listener, which asks nobody who they are. Default `127.0.0.1:9464`.
    pub address: String,
}

impl Section for Metrics {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            enabled: table.or("enabled", false),
            address: address(table, "127.0.0.1:9464"),
        })
    }
}
