//! TLS towards clients: from files that may change, or with a certificate of one's own.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use tokio::time::{MissedTickBehavior, interval};

use crate::bridge::Bridge;

/// Whoever renews certificates writes them some days before the old ones end.
const RENEWAL: Duration = Duration::from_secs(60);
/// What the strictest systems accept of a certificate that is trusted by hand: a little below 825 days.
const VALID: Duration = Duration::from_secs(820 * DAY.as_secs());
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks at the files every minute, and serves new connections with what is new in them.
pub(super) async fn renew(bridge: Arc<Bridge>) {
    let mut interval = interval(RENEWAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut refused = None;
    loop {
        interval.tick().await;
        let (current, loaded) = (bridge.current(), bridge.tls());
        let (Some(tls), Some(loaded)) = (&current.settings.listen.tls, loaded) else {
            continue;
        };
        match tls.load() {
            Ok(new) if new.is_like(&loaded) => refused = None,
            Ok(new) => {
                bridge.renew_tls(Arc::new(new));
                crate::notice("New connections are served with the new certificate.");
                refused = None;
            }
            // Said once, not every minute.
            Err(sentence) if refused.as_ref() != Some(&sentence) => {
                crate::notice(&format!("The old certificate stays: {sentence}."));
                refused = Some(sentence);
            }
            Err(_) => {}
        }
    }
}

/// Writes a self-signed certificate for this machine and `names` into the two files, unless both are there.
pub(crate) fn generate(certificate_file: &Path, key_file: &Path, names: &[String]) -> io::Result<bool> {
    if certificate_file.exists() && key_file.exists() {
        return Ok(false);
    }
    let mut names = names.to_vec();
    for own in ["localhost", "127.0.0.1", "::1"] {
        if !names.iter().any(|name| name == own) {
            names.push(own.to_owned());
        }
    }
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    let now = SystemTime::now();
    params.not_before = (now - DAY).into();
    params.not_after = (now + VALID).into();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Spark Connect bridge on this machine");
    // No key usages: with some, OpenSSL would not take the certificate as its own issuer.
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.self_signed(&key).map_err(io::Error::other)?;
    for file in [certificate_file, key_file] {
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
    }
    write(key_file, &key.serialize_pem(), 0o600)?;
    write(certificate_file, &certificate.pem(), 0o644)?;
    Ok(true)
}

/// Whole or not at all, and never readable for others before its mode says so.
fn write(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut new = file.as_os_str().to_owned();
    new.push(".new");
    let mut open = fs::OpenOptions::new();
    open.write(true).create(true).truncate(true).mode(mode);
    open.open(&new)?.write_all(text.as_bytes())?;
    fs::rename(&new, file)
}
