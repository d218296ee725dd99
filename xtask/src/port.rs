//! Ports on loopback for servers of ours. Several of this program may look for one at the same time, so each
//! port is claimed by a lock on a file.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use anyhow::{Context, Result, bail};

/// Ports that are tried from the first one on.
const TRIED: u16 = 200;

/// A port that is ours as long as this value lives.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Its number.
    pub(crate) port: u16,
    _lock: File,
}

/// Claims `wanted`, or the first free port from `first` on. The locks are files in `directory`.
pub(crate) fn claim(directory: &Path, first: u16, wanted: Option<u16>) -> Result<Claim> {
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    if let Some(port) = wanted {
        return try_claim(directory, port)?.with_context(|| {
            format!(
                "port {port} is in use; choose another one with --port, or leave --port out to get a free one"
            )
        });
    }
    for port in first..=first.saturating_add(TRIED) {
        if let Some(claim) = try_claim(directory, port)? {
            return Ok(claim);
        }
    }
    bail!(
        "no free port between {first} and {}; choose one with --port",
        first.saturating_add(TRIED)
    )
}

fn try_claim(directory: &Path, port: u16) -> Result<Option<Claim>> {
    let path = directory.join(format!("{port}.lock"));
    let lock = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if lock.try_lock().is_err() || TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        return Ok(None);
    }
    Ok(Some(Claim { port, _lock: lock }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_port_is_claimed_once() -> Result<()> {
        let scratch = Scratch::new("port")?;
        let first = claim(scratch.path(), 42_500, None)?;
        let second = claim(scratch.path(), 42_500, None)?;
        assert_ne!(first.port, second.port);
        let error = claim(scratch.path(), 42_500, Some(second.port))
            .unwrap_err()
            .to_string();
        assert!(error.contains("is in use"), "{error}");
        let port = second.port;
        drop(second);
        assert_eq!(claim(scratch.path(), 42_500, Some(port))?.port, port);
        Ok(())
    }

    #[test]
    fn a_port_that_another_program_holds_is_not_claimed() -> Result<()> {
        let scratch = Scratch::new("port-held")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        assert!(claim(scratch.path(), 0, Some(listener.local_addr()?.port())).is_err());
        Ok(())
    }
}
