//! What clients in browsers tell of a query, of one that fails, of one that is cancelled and one that is interrupted; and
//! what they should.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

const CANCELLED: u32 = 1;
const INTERNAL: u32 = 13;

/// What a client tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    rows: u64,
    same_session: bool,
    error: Option<Failure>,
    cancelled: Option<Failure>,
    interrupted: usize,
    ended: Option<Failure>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Failure {
    code: u32,
    message: String,
    details: String,
}

impl Outcome {
    pub(crate) fn check(self, client: &str) -> Result<()> {
        println!("{client}: {self:?}");
        ensure!(self.rows == 5000 && self.same_session);
        let error = self.error.context("the wrong column was found")?;
        ensure!(
            error.code == INTERNAL && error.message.contains("UNRESOLVED_COLUMN"),
            "{error:?}"
        );
        for part in [
            "google.rpc.ErrorInfo",
            "errorClass",
            "UNRESOLVED_COLUMN",
            "sqlState",
            "42703",
        ] {
            ensure!(error.details.contains(part), "{part} is not in {}", error.details);
        }
        let cancelled = self.cancelled.context("the cancelled query ended by itself")?;
        ensure!(cancelled.code == CANCELLED, "{cancelled:?}");
        ensure!(self.interrupted > 0);
        let ended = self.ended.context("the interrupted query ended by itself")?;
        ensure!(ended.details.contains("OPERATION_CANCELED"), "{ended:?}");
        Ok(())
    }
}
