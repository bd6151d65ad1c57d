//! Where a call comes from: the address of the client, and whether it came by TLS.
//!
//! Invariants: a forwarded header counts only if the peer is a proxy that the deployment lists
//! (`--trusted-proxy`), and only the part of it that listed proxies wrote; so nobody chooses the
//! address under which failed logins are counted or logged.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, StatusCode, request::Parts},
};
use ipnet::IpNet;

use crate::{app::Shared, problem::Refusal};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Most proxies in a row that are followed.
pub(crate) const MOST_PROXIES: usize = 16;

/// Reads a network, or a single address.
///
/// # Errors
///
/// A text that says what was expected.
pub(crate) fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| single())
        .map_err(|_| format!("expected a network such as 10.0.0.0/8 or an address, found `{text}`"))
}

/// The proxies whose forwarded headers count.
#[derive(Clone, Debug)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.to_vec())
    }

    fn lists(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the address of the client: the last one in the chain that is no listed proxy.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.to_canonical();
        if !self.lists(address) {
            return address;
        }
        let lines: Vec<_> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops.take(MOST_PROXIES) {
            let Some(found) = hop_address(hop.trim()) else {
                return address;
            };
            address = found;
            if !self.lists(address) {
                return address;
            }
        }
        address
    }

    /// Demands that a call came by TLS, as far as its last hops tell: straight calls of this
    /// machine are fine, and of others only a listed proxy can say so.
    pub(crate) fn demand_tls(&self, peer: IpAddr, headers: &HeaderMap) -> Result<(), Refusal> {
        let peer = peer.to_canonical();
        let detail = if self.lists(peer) {
            let said = headers.get_all(FORWARDED_PROTO).iter().next_back();
            let said = said.and_then(|value| value.to_str().ok()?.rsplit(',').next());
            if matches!(said.map(str::trim), Some("https" | "wss")) {
                return Ok(());
            }
            "expected https; the proxy in front has to send `X-Forwarded-Proto: https`"
        } else if peer.is_loopback() {
            return Ok(());
        } else {
            "expected https; a proxy that ends TLS has to be listed (--trusted-proxy)"
        };
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "https_required",
            detail,
        ))
    }
}

/// Reads one hop: an address, with or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop
        .parse()
        .or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()))
        .or_else(|_| hop.trim_matches(['[', ']']).parse());
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Returns the address at the other end of the connection.
pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip())
}

/// What clients are told apart by: an address, or all 2^64 of one subscriber.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The address of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Shared> for ClientAddress {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Refusal> {
        let peer = peer(parts).ok_or_else(Refusal::internal)?;
        Ok(Self(app.proxies.client(peer, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        let pair = |line: &&'static str| (name.clone(), HeaderValue::from_static(line));
        lines.iter().map(pair).collect()
    }

    #[test]
    fn only_what_listed_proxies_wrote_counts() {
        let networks = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"].map(|text| network(text).unwrap());
        let proxies = TrustedProxies::new(&networks);
        for (peer, lines, client) in [
            ("203.0.113.9", &["1.1.1.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", &["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", &["6.6.6.6", "1.1.1.1, 10.2.2.2"], "1.1.1.1"),
            ("::ffff:10.0.0.1", &["1.1.1.1,192.0.2.1"], "1.1.1.1"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["1.1.1.1:5000"], "1.1.1.1"),
            ("fd00::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("fd00::1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["6.6.6.6, nonsense, 10.2.2.2"], "10.2.2.2"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            let headers = headers(&FORWARDED_FOR, lines);
            let found = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
        assert!(network("10.0.0.0/33").is_err() && network("proxy").is_err());
    }

    #[test]
    fn plain_calls_from_afar_are_refused() {
        let proxies = TrustedProxies::new(&[network("10.0.0.0/8").unwrap()]);
        for (peer, lines, fine) in [
            ("127.0.0.1", &[][..], true),
            ("::1", &["http"], true),
            ("203.0.113.9", &["https"], false),
            ("10.0.0.1", &["https"], true),
            ("10.0.0.1", &["wss"], true),
            ("10.0.0.1", &["http"], false),
            ("10.0.0.1", &["https, http"], false),
            ("10.0.0.1", &["https", "http"], false),
            ("10.0.0.1", &[], false),
        ] {
            let headers = headers(&FORWARDED_PROTO, lines);
            let answer = proxies.demand_tls(peer.parse().unwrap(), &headers);
            assert_eq!(answer.is_ok(), fine, "{peer} {lines:?}");
        }
    }
}
