//! Two hundred origins that are nearly right, and what a browser says about the calling page.

use std::collections::BTreeSet;

use crate::support::{Head, Raw, World};

const LISTED: [&str; 2] = ["https://app.example", "https://other.example:8443"];
/// As the development server has it.
const LISTED_WITHOUT_TLS: &str = "http://localhost:3000";

async fn world() -> World {
    World::start_with(|config| {
        config.origins = LISTED.map(str::to_owned).to_vec();
        config.origins.push(LISTED_WITHOUT_TLS.to_owned());
    })
    .await
}

/// Returns everything that looks like one of `origins` and is none of them.
fn variants(origins: &[String], port: u16) -> BTreeSet<Vec<u8>> {
    let mut variants = BTreeSet::new();
    for origin in origins {
        variants.extend(misspelt(origin));
        variants.insert([origin.as_bytes(), b"\xff"].concat());
    }
    let anywhere = [
        "",
        "null",
        "NULL",
        "undefined",
        "*",
        "http://*",
        "https://*.example",
        "file://",
        "data:",
        "about:blank",
        "javascript:1",
        "http://evil.example",
        "https://evil.example",
        "https://example",
        "https://app",
        "https://xn--pp-6kc.example",
        "https://аpp.example",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    ];
    variants.extend(anywhere.map(|text| text.as_bytes().to_vec()));
    let of_loopback = [
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.2",
        "localhost.localdomain",
        "ip6-localhost",
        "127.0.0.1.nip.io",
    ];
    variants.extend(of_loopback.map(|host| format!("http://{host}:{port}").into_bytes()));
    variants.retain(|variant| !origins.iter().any(|origin| origin.as_bytes() == variant));
    variants
}

/// Returns the origin with every part changed in turn.
fn misspelt(origin: &str) -> impl Iterator<Item = Vec<u8>> {
    let (scheme, authority) = origin.split_once("://").unwrap();
    let (host, number) = authority.split_once(':').unwrap_or((authority, "443"));
    let other = if scheme == "http" { "https" } else { "http" };
    let number: u32 = number.parse().unwrap();
    let written = [
        format!("{origin}/"),
        format!("{origin}/path"),
        format!("{origin}?"),
        format!("{origin}#"),
        format!("{origin};"),
        format!("{origin}\\"),
        format!("{origin}%00"),
        format!("{origin}\t{origin}"),
        format!("{origin} {origin}"),
        format!("{origin}, {origin}"),
        format!("{origin},null"),
        format!("null, {origin}"),
        origin.to_uppercase(),
        format!("{}://{authority}", scheme.to_uppercase()),
        format!("{other}://{authority}"),
        format!("ws://{authority}"),
        format!("wss://{authority}"),
        format!("{scheme}:{authority}"),
        format!("{scheme}:/{authority}"),
        format!("{scheme}:///{authority}"),
        format!("//{authority}"),
        authority.to_owned(),
        host.to_owned(),
        format!("{scheme}://user@{authority}"),
        format!("{scheme}://{authority}@evil.example"),
        format!("{scheme}://evil.example#{authority}"),
        format!("{scheme}://evil.example/{authority}"),
        format!("{scheme}://evil.example?{origin}"),
        format!("{scheme}://{authority}.evil.example"),
        format!("{scheme}://{host}.evil.example:{number}"),
        format!("{scheme}://{host}evil.example:{number}"),
        format!("{scheme}://evil{authority}"),
        format!("{scheme}://evil-{authority}"),
        format!("{scheme}://sub.{authority}"),
        format!("{scheme}://{host}.:{number}"),
        format!("{scheme}://{host}:"),
        format!("{scheme}://{host}:0"),
        format!("{scheme}://{host}:80"),
        format!("{scheme}://{host}:0{number}"),
        format!("{scheme}://{host}:{}", number + 1),
        format!("{scheme}://{host}:{}", number + 65_536),
        format!("{scheme}://{host}:{number}0"),
        format!(
            "{scheme}://%{:02x}{}:{number}",
            host.as_bytes()[0],
            &host[1..]
        ),
        format!("{scheme}://{}\t{}:{number}", &host[..2], &host[2..]),
    ];
    written.map(String::into_bytes).into_iter()
}

/// One call of each kind that looks at its origin.
struct Answers {
    call: Head,
    handshake: Head,
    read: Head,
    preflight: Head,
}

impl Answers {
    async fn to(port: u16, cookie: &str, origin: &[u8]) -> Self {
        let from = |method, path| {
            Raw::new(method, path)
                .header("Origin", origin)
                .header("Cookie", cookie)
        };
        let logout = from("POST", "/api/auth/logout").header("Sec-Fetch-Site", "same-origin");
        let preflight = from("OPTIONS", "/api/auth/logout")
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "x-requested-with");
        Self {
            call: logout.marked().send(port).await,
            handshake: from("GET", "/ws").handshake().send(port).await,
            read: from("GET", "/api/session").send(port).await,
            preflight: preflight.send(port).await,
        }
    }

    fn statuses(&self) -> (u16, u16) {
        (self.call.status, self.handshake.status)
    }

    fn shared_with(&self) -> [&str; 2] {
        [&self.read, &self.preflight].map(|head| head.header("access-control-allow-origin"))
    }
}

#[tokio::test]
async fn of_two_hundred_origins_only_the_very_ones_call_connect_and_read() {
    let world = world().await;
    let port = world.server.address().port();
    let own = ["localhost", "127.0.0.1"].map(|host| format!("http://{host}:{port}"));
    let allowed = [&own[..], &LISTED.map(str::to_owned)].concat();
    let variants = variants(&allowed, port);
    assert!(variants.len() >= 200, "{}", variants.len());
    let mut browser = world.user().await;
    let cookie = browser.cookie_header();
    for variant in &variants {
        let (name, answers) = (
            String::from_utf8_lossy(variant),
            Answers::to(port, &cookie, variant).await,
        );
        assert_eq!(answers.statuses(), (403, 403), "{name}");
        assert_eq!(answers.shared_with(), ["", ""], "{name}");
        assert!(answers.read.header("vary").contains("origin"), "{name}");
    }
    assert_eq!(browser.refresh().await.status, 200, "nobody was logged out");
    for origin in &allowed {
        let answers = Answers::to(port, "", origin.as_bytes()).await;
        assert_eq!(answers.statuses(), (204, 101), "{origin}");
        let shared_with = if LISTED.contains(&origin.as_str()) {
            origin
        } else {
            ""
        };
        assert_eq!(answers.shared_with(), [shared_with; 2], "{origin}");
    }
}

#[tokio::test]
async fn an_origin_that_is_there_twice_is_none() {
    let world = world().await;
    let port = world.server.address().port();
    let own = format!("http://localhost:{port}");
    for second in [own.as_str(), "http://evil.example"] {
        let twice = |method, path| {
            Raw::new(method, path)
                .header("Origin", &own)
                .header("Origin", second)
        };
        let call = twice("POST", "/api/auth/logout").marked();
        assert_eq!(call.send(port).await.status, 403);
        let handshake = twice("GET", "/ws").handshake();
        assert_eq!(handshake.send(port).await.status, 403);
    }
}

#[tokio::test]
async fn an_origin_is_listed_however_the_deployment_writes_it() {
    let world = World::start_with(|config| {
        config.origins = ["https://App.Example:443/", "http://plain.example:80"]
            .map(str::to_owned)
            .to_vec();
    })
    .await;
    let port = world.server.address().port();
    for origin in ["https://app.example", "http://plain.example"] {
        let answers = Answers::to(port, "", origin.as_bytes()).await;
        assert_eq!(answers.statuses(), (204, 101), "{origin}");
    }
}

/// `Sec-Fetch-Site` cannot be set by a page; what it says about an allowed origin still counts.
#[tokio::test]
async fn what_the_browser_says_of_the_page_has_to_fit_its_origin() {
    let world = world().await;
    let port = world.server.address().port();
    let own = format!("http://localhost:{port}");
    // Status from an own page, from a listed page, from a listed page with TLS, without an origin.
    for (sites, expected) in [
        (&[][..], [204, 204, 403, 403]),
        (&["same-origin"], [204, 204, 204, 403]),
        (&["none"], [204, 204, 204, 403]),
        (&["same-site"], [403, 204, 204, 403]),
        (&["cross-site"], [403, 204, 204, 403]),
        (&["Same-Origin"], [403, 403, 403, 403]),
        (&[""], [403, 403, 403, 403]),
        (&["same-origin, cross-site"], [403, 403, 403, 403]),
        (&["same-origin", "same-origin"], [403, 403, 403, 403]),
    ] {
        let origins = [
            Some(own.as_str()),
            Some(LISTED_WITHOUT_TLS),
            Some(LISTED[0]),
            None,
        ];
        for (origin, expected) in origins.into_iter().zip(expected) {
            let mut request = Raw::new("POST", "/api/auth/logout").marked();
            for site in sites {
                request = request.header("Sec-Fetch-Site", site);
            }
            if let Some(origin) = origin {
                request = request.header("Origin", origin);
            }
            let status = request.send(port).await.status;
            assert_eq!(status, expected, "{origin:?} {sites:?}");
        }
    }
}

/// A call by bearer token needs no origin, but a page that the browser calls foreign is refused.
#[tokio::test]
async fn a_bearer_call_may_come_from_no_page_but_not_from_a_foreign_one() {
    let world = world().await;
    let port = world.server.address().port();
    let token = world.user().await.token.unwrap();
    for (site, expected) in [
        (None, 204),
        (Some("same-origin"), 204),
        (Some("none"), 204),
        (Some("same-site"), 403),
        (Some("cross-site"), 403),
        (Some("nonsense"), 403),
    ] {
        let mut request = Raw::new("POST", "/api/sessions/end-others")
            .header("Authorization", format!("Bearer {token}"))
            .json("{}");
        if let Some(site) = site {
            request = request.header("Sec-Fetch-Site", site);
        }
        assert_eq!(request.send(port).await.status, expected, "{site:?}");
    }
}
