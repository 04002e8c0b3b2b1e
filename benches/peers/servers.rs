//! Registries of both, that run in this process.

use std::sync::Arc;
use std::time::Duration;

use bindle::authn::always::AlwaysAuthenticate;
use bindle::authz::always::AlwaysAuthorize;
use bindle::client::Client;
use bindle::client::tokens::{LongLivedToken, NoToken, TokenManager};
use bindle::provider::file::FileProvider;
use bindle::search::StrictEngine;
use bindle::signature::{KeyRing, SecretKeyFile};
use bindle_core::{KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry};
use examples::registry::{Access, Registry, Server, Sizes, Timing, Token};
use examples::store::Store;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What [`Ours`] wants of those who write.
pub const TOKEN: &str = "a-token-of-the-tests";

/// A creator whom both servers know.
#[must_use]
pub fn ada() -> SecretKeyEntry {
    let key = SecretKey::from_seed(&[7; 32]);
    SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator])
}

/// The creators whom both servers know.
#[must_use]
pub fn creators() -> Keyring {
    Keyring::from_iter([KeyEntry::from(&ada())])
}

/// [`creators`] as they have them.
fn their_creators() -> KeyRing {
    toml::from_str(&creators().to_toml()).expect("they read it")
}

/// Our registry over a folder; it stops when this is dropped.
#[derive(Debug)]
pub struct Ours {
    /// With `/v1/` at its end.
    pub url: String,
    /// What it keeps bindles in.
    pub folder: TempDir,
    _stop: watch::Sender<bool>,
}

impl Ours {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_folder(folder.path()).expect("a store");
        let key = SecretKey::from_seed(&[9; 32]);
        let host = SecretKeyEntry::new("Host <host@example.com>", key, [Role::Host]);
        let sizes = Sizes {
            invoice: 1 << 20,
            parcel: 1 << 20,
        };
        let registry = Registry::new(store, creators(), &host, sizes).expect("a registry");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1/", listener.local_addr().expect("an address"));
        let (stop, stopped) = watch::channel(false);
        let token = Token::new(TOKEN).expect("a token");
        let prefix = "/v1".parse().expect("a prefix");
        let server = Server::new(registry, Access::Token(token), prefix);
        let second = Duration::from_secs(1);
        let timing = Timing {
            patience: 30 * second,
            grace: second,
            refresh: 60 * second,
        };
        tokio::spawn(server.run(listener, stopped, timing, 100));
        Self {
            url,
            folder,
            _stop: stop,
        }
    }

    /// Our client, which may write.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn our_client(&self) -> examples::client::Client {
        let client = examples::client::Client::new(self.url.trim_end_matches('/'));
        let client = client.expect("a client").with_token(TOKEN);
        client.expect("a token")
    }

    /// Their client, that trusts the keys on a keyring, with their default of
    /// what it wants to be signed.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    pub fn their_client<T: TokenManager>(&self, token: T, keyring: KeyRing) -> Client<T> {
        let client = Client::new(&self.url, token, Arc::new(keyring));
        client.expect("a client")
    }

    /// Their client as its users have it: it has asked for the host's keys, and
    /// knows the creators, since its default wants all keys to be known.
    ///
    /// # Panics
    ///
    /// If the host's keys are not to be had.
    pub async fn knowing_client(&self) -> Client<LongLivedToken> {
        let stranger = self.their_client(NoToken, KeyRing::default());
        let mut keys = stranger.get_host_keys().await.expect("keys");
        let labels: Vec<_> = keys.key.iter().map(|key| &*key.label).collect();
        assert_eq!(labels, ["Host <host@example.com>"]);
        keys.key.extend(their_creators().key);
        self.their_client(LongLivedToken::new(TOKEN), keys)
    }
}

/// The reference server over the folder `store` in a folder; it runs as long as
/// the runtime.
#[derive(Debug)]
pub struct Theirs {
    /// With `/v1` at its end.
    pub url: String,
    /// It holds the folder `store`.
    pub folder: TempDir,
}

impl Theirs {
    /// Starts it over a new folder.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn start() -> Self {
        Self::over(tempfile::tempdir().expect("a folder")).await
    }

    /// Starts it over a folder that may have bindles in it.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn over(folder: TempDir) -> Self {
        let index = StrictEngine::default();
        let store = FileProvider::new(folder.path().join("store"), index.clone()).await;
        let mut keys = SecretKeyFile::default();
        let host = bindle::SignatureRole::Host;
        let host = bindle::SecretKeyEntry::new("Their host", vec![host]);
        keys.key.push(host);
        let port = free_port();
        tokio::spawn(bindle::server::server(
            store,
            index,
            AlwaysAuthenticate,
            AlwaysAuthorize,
            std::net::SocketAddr::from(([127, 0, 0, 1], port)),
            None,
            keys,
            bindle::VerificationStrategy::CreativeIntegrity,
            their_creators(),
        ));
        let address = format!("127.0.0.1:{port}");
        for _ in 0..1000 {
            if tokio::net::TcpStream::connect(&address).await.is_ok() {
                let url = format!("http://{address}/v1");
                return Self { url, folder };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("their server did not start");
    }

    /// Our client.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn our_client(&self) -> examples::client::Client {
        examples::client::Client::new(&self.url).expect("a client")
    }

    /// Their client, which knows the creators and the host.
    ///
    /// # Panics
    ///
    /// If the host's keys are not to be had.
    pub async fn their_client(&self) -> Client<NoToken> {
        let url = format!("{}/", self.url);
        let client = |keys| Client::new(&url, NoToken, Arc::new(keys)).expect("a client");
        let stranger = client(KeyRing::default());
        let mut keys = stranger.get_host_keys().await.expect("keys");
        keys.key.extend(their_creators().key);
        client(keys)
    }
}

/// A port that nobody has now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
