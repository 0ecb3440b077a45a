//! Connections: TLS and plain HTTP on one port. kubectl sends tokens over TLS only, so the kubeconfig names an https:// address, with a
//! certificate made for this run; `kubeloop ctl`, curl and clients that do not mind use http://.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What a TLS client says first.
const TLS_HANDSHAKE: u8 = 0x16;

/// Whoever does not say anything for so long is not waited for.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many connections wait to be served.
const QUEUE: usize = 256;

/// Bytes in both directions, encrypted or not.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A certificate authority of this run, and the server's key that it vouches for.
pub struct Identity {
    /// The authority's certificate, as a kubeconfig has it.
    pub authority: String,
    acceptor: TlsAcceptor,
}

impl Identity {
    /// Makes one for a server at this address.
    ///
    /// # Errors
    /// In words, if the machine has no randomness.
    pub fn new(address: SocketAddr) -> Result<Self, String> {
        let said = |error: rcgen::Error| format!("no certificate could be made: {error}");
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "kubernetes");
        let key = KeyPair::generate().map_err(said)?;
        let authority = CertifiedIssuer::self_signed(authority, key).map_err(said)?;
        let names = ["localhost", "kubernetes", "127.0.0.1", "::1"].map(str::to_owned);
        let names: Vec<String> = names
            .into_iter()
            .chain([address.ip().to_string()])
            .collect();
        let mut server = CertificateParams::new(names).map_err(said)?;
        server
            .distinguished_name
            .push(DnType::CommonName, "kube-apiserver");
        let key = KeyPair::generate().map_err(said)?;
        let certificate = server.signed_by(&key, &authority).map_err(said)?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(str::to_owned)?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            authority: authority.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

/// What axum takes connections from.
pub struct Connections {
    queue: mpsc::Receiver<(Box<dyn Io>, SocketAddr)>,
    address: SocketAddr,
}

impl Connections {
    /// Begins to accept.
    ///
    /// # Errors
    /// Those of the listener.
    pub fn new(listener: TcpListener, identity: Identity) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(accept(listener, identity.acceptor, sender));
        Ok(Self { queue, address })
    }
}

impl axum::serve::Listener for Connections {
    type Io = Box<dyn Io>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.queue.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<(Box<dyn Io>, SocketAddr)>,
) {
    while !sender.is_closed() {
        let Ok((stream, from)) = listener.accept().await else {
            // Too many open files, say: it passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            let opened = tokio::time::timeout(HANDSHAKE, open(stream, acceptor)).await;
            if let Ok(Ok(io)) = opened {
                let _ = sender.send((io, from)).await;
            }
        });
    }
}

async fn open(stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<Box<dyn Io>> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first[0] == TLS_HANDSHAKE {
        Ok(Box::new(acceptor.accept(stream).await?))
    } else {
        Ok(Box::new(stream))
    }
}
