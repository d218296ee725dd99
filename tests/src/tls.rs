//! TLS in front of a server that speaks none, with a certificate of its own for loopback.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Result;
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// The listener. It stops when dropped.
#[derive(Debug)]
pub struct Tls {
    /// The port of loopback that it listens on.
    pub port: u16,
    /// The certificate to be trusted, as PEM.
    pub certificate: String,
    task: JoinHandle<()>,
}

impl Tls {
    /// Starts listening for a server. `protocols` is what it speaks, as in ALPN.
    pub async fn before(server: SocketAddr, protocols: &[&str]) -> Result<Self> {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der())
            .map_err(|reason| anyhow::anyhow!("{reason}"))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut near = acceptor.accept(stream).await?;
                    let mut far = TcpStream::connect(server).await?;
                    copy_bidirectional(&mut near, &mut far).await
                });
            }
        });
        Ok(Self {
            port,
            certificate: certified.cert.pem(),
            task,
        })
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.task.abort();
    }
}
