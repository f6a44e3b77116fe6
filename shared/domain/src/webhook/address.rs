//! Where webhooks may go: what an endpoint's URL says, and where its name leads when it is connected to. Without this,
//! whoever may register an endpoint could reach what only the functions can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The longest URL, in bytes.
const MAX_URL: usize = 2000;

/// Names that lead nowhere outside a network of one's own (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`).
const OWN_NAMES: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "localdomain", "lan"];

/// Which addresses a deployment sends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// The public internet, by https.
    Public,
    /// That, and this very machine by http: for the one-machine stack.
    Loopback,
}

/// Why a URL is none that events are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No URL, or none with a host.
    #[error("the URL has to be an absolute one with at most 2,000 characters")]
    NoUrl,
    /// Neither https, nor http where that is allowed.
    #[error("the URL has to begin with https://")]
    NotHttps,
    /// A name and a password in it, or a fragment.
    #[error("the URL has to be without a user, a password and a fragment")]
    Adorned,
    /// An address, or a name, inside a network of one's own.
    #[error("the URL has to lead to a public address")]
    NotPublic,
}

impl Targets {
    /// Reads the configured word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "loopback" => Some(Self::Loopback),
            _ => None,
        }
    }

    /// Whether a connection may be opened to `address`.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self == Self::Loopback && is_loopback(address))
    }

    /// Checks an endpoint's URL as far as it can be without asking anybody, and gives it in its one spelling: numbers
    /// that stand for an address (`2130706433`, `0x7f.1`) become that address.
    pub fn check(self, text: &str) -> Result<Url, TargetError> {
        if text.len() > MAX_URL {
            return Err(TargetError::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| TargetError::NoUrl)?;
        let host = url.host().ok_or(TargetError::NoUrl)?;
        let here = match &host {
            Host::Domain(name) => name.trim_end_matches('.') == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let here = here && self == Self::Loopback;
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(TargetError::NotHttps),
            _ => return Err(TargetError::NoUrl),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(TargetError::Adorned);
        }
        let public = match host {
            _ if here => true,
            Host::Domain(name) => is_public_name(name),
            Host::Ipv4(address) => self.allows(address.into()),
            Host::Ipv6(address) => self.allows(address.into()),
        };
        if public { Ok(url) } else { Err(TargetError::NotPublic) }
    }
}

/// A name with a dot in it that is not one of those for networks of one's own.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let own = |own: &str| name == own || name.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !OWN_NAMES.iter().any(|name| own(name))
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => address.is_loopback(),
    }
}

/// Whether an address is one of the public internet, by IANA's registries of special-purpose addresses.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |network: [u8; 4], bits: u32| {
        u32::from(address) >> (32 - bits) == u32::from(Ipv4Addr::from(network)) >> (32 - bits)
    };
    let special = within([0, 0, 0, 0], 8)
        || within([10, 0, 0, 0], 8)
        || within([100, 64, 0, 0], 10)
        || within([127, 0, 0, 0], 8)
        || within([169, 254, 0, 0], 16)
        || within([172, 16, 0, 0], 12)
        || within([192, 0, 0, 0], 24)
        || within([192, 0, 2, 0], 24)
        || within([192, 31, 196, 0], 24)
        || within([192, 52, 193, 0], 24)
        || within([192, 88, 99, 0], 24)
        || within([192, 168, 0, 0], 16)
        || within([192, 175, 48, 0], 24)
        || within([198, 18, 0, 0], 15)
        || within([198, 51, 100, 0], 24)
        || within([203, 0, 113, 0], 24)
        // Multicast, reserved, broadcast.
        || within([224, 0, 0, 0], 3);
    !special
}

/// Global unicast (`2000::/3`) and nothing else. So addresses that hide an IPv4 address (mapped, compatible, NAT64) are
/// out, and of those within `2000::/3` the ones that do (6to4, Teredo) are taken out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    let special = first == 0x2002
        || (first == 0x2001 && second < 0x0200)
        || (first == 0x2001 && second == 0x0db8)
        || (first == 0x3fff && second < 0x1000)
        || (first == 0x2620 && second == 0x004f);
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_connected_to() {
        let private = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
        ];
        for address in private {
            let address = address.parse().unwrap();
            assert!(!Targets::Public.allows(address), "{address}");
        }
        for address in ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "223.255.255.255", "2606:4700::1111"] {
            let address = address.parse().unwrap();
            assert!(Targets::Public.allows(address) && Targets::Loopback.allows(address), "{address}");
        }
    }

    #[test]
    fn one_machine_adds_itself_and_nothing_else() {
        for (address, allowed) in
            [("127.0.0.1", true), ("::1", true), ("0.0.0.0", false), ("10.0.0.1", false), ("::ffff:127.0.0.1", false)]
        {
            assert_eq!(Targets::Loopback.allows(address.parse().unwrap()), allowed, "{address}");
        }
    }

    #[test]
    fn urls_are_judged_by_what_they_mean() {
        use TargetError::{Adorned, NoUrl, NotHttps, NotPublic};
        for (text, error) in [
            ("hooks", NoUrl),
            ("ftp://example.com/", NoUrl),
            ("https://", NoUrl),
            ("http://example.com/", NotHttps),
            ("https://user@example.com/", Adorned),
            ("https://user:pass@example.com/", Adorned),
            ("https://example.com/#part", Adorned),
            ("https://localhost/", NotPublic),
            ("https://localhost./", NotPublic),
            ("https://api.localhost/", NotPublic),
            ("https://printer.local/", NotPublic),
            ("https://vault.internal/", NotPublic),
            ("https://intranet/", NotPublic),
            ("https://127.0.0.1/", NotPublic),
            ("https://127.1/", NotPublic),
            ("https://2130706433/", NotPublic),
            ("https://0x7f000001/", NotPublic),
            ("https://0177.0.0.1/", NotPublic),
            ("https://0/", NotPublic),
            ("https://0.0.0.0/", NotPublic),
            ("https://2852039166/latest/meta-data", NotPublic),
            ("https://[::1]/", NotPublic),
            ("https://[::ffff:10.0.0.1]/", NotPublic),
            ("https://[::ffff:a9fe:a9fe]/", NotPublic),
            ("https://[fd00:ec2::254]/", NotPublic),
            ("https://①②⑦.⓪.⓪.①/", NotPublic),
        ] {
            assert_eq!(Targets::Public.check(text).unwrap_err(), error, "{text}");
        }
        for text in ["https://example.com/hooks?key=1", "https://example.com:8443/", "https://8.8.8.8/"] {
            assert_eq!(Targets::Public.check(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn http_is_for_this_machine_only_and_only_where_that_is_allowed() {
        for text in ["http://127.0.0.1:9000/", "http://localhost:9000/", "http://[::1]:9000/"] {
            assert!(Targets::Loopback.check(text).is_ok(), "{text}");
            assert_eq!(Targets::Public.check(text).unwrap_err(), TargetError::NotHttps, "{text}");
        }
        for (text, error) in [
            ("http://example.com/", TargetError::NotHttps),
            ("http://10.0.0.1/", TargetError::NotHttps),
            ("https://10.0.0.1/", TargetError::NotPublic),
            ("https://169.254.169.254/", TargetError::NotPublic),
        ] {
            assert_eq!(Targets::Loopback.check(text).unwrap_err(), error, "{text}");
        }
    }
}
