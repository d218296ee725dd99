//! `[limits]`: how much anyone may use, and for how long after they have left.

use std::{num::NonZeroU32, time::Duration};

use bytesize::ByteSize;

use super::table::{Section, Table};

/// How much may be used. What is `None` is not limited.
#[derive(Clone, Debug)]
pub struct Limits {
    /// `connections`: open connections in all. Beyond them the one that was idle longest ends for a new one; without an
    /// idle one it waits to be accepted. Default 4096.
    pub connections: NonZeroU32,
    /// `request_bytes`: what requests may hold in memory together until they are sent on. Default 512 MiB.
    pub request_bytes: ByteSize,
    /// `streams`: running queries and uploads in all.
    pub streams: Option<NonZeroU32>,
    /// `requests_per_second`: calls in all, as many at once after a pause.
    pub requests_per_second: Option<NonZeroU32>,
    /// `bytes_per_result`: what one operation may send, what is read again included. The message that passes it is
    /// sent, then the operation is interrupted.
    pub bytes_per_result: Option<ByteSize>,
    /// `abandoned_after`: how long the client of an operation may be gone before the operation is interrupted.
    pub abandoned_after: Option<Duration>,
    /// `[limits.identity]`
    pub identity: IdentityLimits,
}

/// What each identity may use; where nobody is known, each client address.
#[derive(Clone, Debug)]
pub struct IdentityLimits {
    /// `connections`: open connections.
    pub connections: Option<NonZeroU32>,
    /// `streams`: running queries and uploads.
    pub streams: Option<NonZeroU32>,
    /// `requests_per_second`: calls, as many at once after a pause.
    pub requests_per_second: Option<NonZeroU32>,
    /// `bytes_per_day`: what all answers may send from midnight to midnight, UTC.
    pub bytes_per_day: Option<ByteSize>,
}

impl Section for Limits {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let default = NonZeroU32::new(4096)?;
        let limits = (
            table.or("connections", default),
            table.or("request_bytes", ByteSize::mib(512)),
            table.get("streams"),
            table.get("requests_per_second"),
            table.get("bytes_per_result"),
            table.get("abandoned_after"),
        );
        Some(Self {
            connections: limits.0,
            request_bytes: limits.1,
            streams: limits.2,
            requests_per_second: limits.3,
            bytes_per_result: limits.4,
            abandoned_after: limits.5,
            identity: table.section("identity")?,
        })
    }
}

impl Section for IdentityLimits {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            connections: table.get("connections"),
            streams: table.get("streams"),
            requests_per_second: table.get("requests_per_second"),
            bytes_per_day: table.get("bytes_per_day"),
        })
    }
}
