//! What a process has around it: the clock, signals, an address, and times and
//! addresses in its arguments.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, SystemTimeError, UNIX_EPOCH};

use bindle_core::UnixTime;
use tokio::net::TcpListener;

/// What the clock says.
///
/// # Errors
///
/// If it says that 1970 is still to come.
pub fn now() -> Result<UnixTime, SystemTimeError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(UnixTime::from_seconds(since.as_secs()))
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
///
/// # Errors
///
/// If the signals cannot be waited for.
pub async fn interrupted() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Listens on the address of a `--listen`.
///
/// # Errors
///
/// An address that is taken, or not of this machine.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| {
        format!("cannot listen on {address}: {error}; name another address by `--listen`")
    })
}

/// Reads the address of a `--listen`.
///
/// # Errors
///
/// Anything that is not an IP address with a port.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let address = text.parse();
    address.map_err(|_| "write an IP address and a port, such as `127.0.0.1:3000`".to_owned())
}

/// Reads a time in an argument, such as `500ms`, `2s` or `3m`.
///
/// # Errors
///
/// Anything that is not a whole number with one of these units.
pub fn time(text: &str) -> Result<Duration, String> {
    let number = |text: &str, factor| text.parse::<u64>().ok()?.checked_mul(factor);
    let millis = if let Some(millis) = text.strip_suffix("ms") {
        number(millis, 1)
    } else if let Some(seconds) = text.strip_suffix('s') {
        number(seconds, 1000)
    } else {
        text.strip_suffix('m')
            .and_then(|minutes| number(minutes, 60_000))
    };
    let millis = millis.ok_or("write a number with `ms`, `s` or `m`, such as `500ms`")?;
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_port() {
        assert_eq!(address("127.0.0.1:0"), Ok(([127, 0, 0, 1], 0).into()));
        assert!(address("[::1]:80").is_ok());
        for text in ["", "3000", ":3000", "127.0.0.1", "localhost:3000"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(time("3m"), Ok(Duration::from_secs(180)));
        for text in ["", "5", "s", "-1s", "1.5s", "1h", "99999999999999999999ms"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
