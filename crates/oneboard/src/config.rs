//! The settings of one installation: a small TOML file, then `ONEBOARD_*` from the environment, the last word.
//!
//! A setting `address` of the table `[listen]` is overridden by `ONEBOARD_LISTEN_ADDRESS`. Every wrong value is an error that names the
//! key, where it came from, the value and what was expected; an unknown key is an error too, because a misspelt limit is no limit.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::http::negotiate::Language;

/// Largest settings file read, bytes; the commented sample is under 4 KB.
const MAX_FILE: u64 = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Shown at the top of every page.
    pub name: String,
    /// The host name people type; needed for passkeys and TLS.
    pub domain: Option<String>,
    pub data: PathBuf,
    pub language: Language,
    /// The local time of shifts, days and documents (IANA name).
    pub time_zone: String,
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// True where a trusted proxy ends TLS: cookies are `Secure`, HSTS is sent.
    pub behind_tls: bool,
    /// Certificate and key, PEM files, where the server itself ends TLS.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Where plain HTTP is answered with the way to TLS.
    pub redirect: Option<SocketAddr>,
    pub connections: usize,
    pub log_json: bool,
    pub log_level: String,
    /// Requests a second from one address; 0 switches the limit off.
    pub requests_per_second: u32,
    pub requests_burst: u32,
    pub body_bytes: usize,
    pub idle_minutes: u32,
    pub absolute_hours: u32,
    pub board_days: u32,
    pub step_up_minutes: u32,
    pub second_factor: bool,
    pub breached: Option<PathBuf>,
    /// The journal is in this PostgreSQL database instead of a file in `data`.
    pub postgres: Option<String>,
    /// The mail server: host and port.
    pub deliver_smtp: Option<(String, u16)>,
    /// How the connection to it is kept from others.
    pub deliver_smtp_security: Security,
    pub deliver_smtp_user: Option<String>,
    pub deliver_smtp_password: Option<String>,
    /// The sender of mails.
    pub deliver_from: Option<String>,
    /// The gateway for text messages: host, port and path.
    pub deliver_hook: Option<Gateway>,
    pub deliver_hook_token: Option<String>,
    /// The gateway signs what it reports with this (HMAC-SHA256).
    pub deliver_hook_secret: Option<String>,
    /// Authorities of the agency's own, beside those of this machine: a PEM file.
    pub deliver_authority: Option<PathBuf>,
    /// Mail server and gateway may be on this machine or a private network.
    pub deliver_private: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "Oneboard".into(),
            domain: None,
            data: "data".into(),
            language: Language::En,
            time_zone: "Asia/Shanghai".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            proxies: Vec::new(),
            behind_tls: false,
            tls: None,
            redirect: None,
            // A screen holds one connection: 10,000 viewers and room for the rest.
            connections: 16_384,
            log_json: false,
            log_level: "info".into(),
            // A county's screens may share one address: a page and its parts are about ten requests.
            requests_per_second: 200,
            requests_burst: 600,
            body_bytes: 1024 * 1024,
            // Half an hour unattended, one watch of 12 hours and its handover in all (ASVS 5.0 V7.3).
            idle_minutes: 30,
            absolute_hours: 13,
            // An operation of 15 days and the days around it.
            board_days: 30,
            // Long enough for a few acts in a row, too short for whoever sits down at a screen that was left.
            step_up_minutes: 5,
            second_factor: true,
            breached: None,
            postgres: None,
            deliver_smtp: None,
            deliver_smtp_security: Security::StartTls,
            deliver_smtp_user: None,
            deliver_smtp_password: None,
            deliver_from: None,
            deliver_hook: None,
            deliver_hook_token: None,
            deliver_hook_secret: None,
            deliver_authority: None,
            deliver_private: false,
        }
    }
}

/// A secret that is guessed is none: 128 bits as somebody types them.
const SHORTEST_SECRET: usize = 32;

/// How a connection to a mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// In the clear, for a relay on this machine.
    None,
    /// Encrypted before anything is said (RFC 3207); a server that cannot is given nothing.
    StartTls,
    /// Encrypted from the first byte (RFC 8314).
    Tls,
}

impl Security {
    fn parse(value: &str) -> Option<Self> {
        [("none", Self::None), ("starttls", Self::StartTls), ("tls", Self::Tls)]
            .into_iter()
            .find_map(|(word, security)| (word == value).then_some(security))
    }
}

/// The address of a gateway for text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// By HTTPS.
    pub secure: bool,
    pub host: String,
    pub port: u16,
    pub path: String,
}

impl Gateway {
    /// `https://HOST[:PORT]/PATH` or `http://…`; `None` where it is neither.
    pub fn parse(value: &str) -> Option<Self> {
        let (secure, rest) = match value.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, value.strip_prefix("http://")?),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = host_port(authority, Some(if secure { 443 } else { 80 }))?;
        let path = if path.is_empty() { "/" } else { path };
        path.bytes().all(|byte| byte.is_ascii_graphic()).then(|| Self { secure, host, port, path: path.to_owned() })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the settings file {path} cannot be read: {why}; give a readable file with --config FILE")]
    Unreadable { path: PathBuf, why: String },
    #[error("the settings file {path} is not TOML: {why}; mend it at that place")]
    NotToml { path: PathBuf, why: String },
    #[error("unknown setting {key} in {source_name}; the settings are: {known}")]
    Unknown { key: String, source_name: String, known: String },
    #[error("{key} = {value:?} (from {source_name}): expected {expected}")]
    Wrong { key: &'static str, value: String, source_name: String, expected: &'static str },
    #[error("{key} is set and {missing} is not: {why}")]
    Alone { key: &'static str, missing: &'static str, why: &'static str },
}

type Set = fn(&mut Config, &str) -> Option<()>;

/// Every setting: key, what is expected, how it is taken over. The one table that the file, the environment and the error texts read.
const SETTINGS: &[(&str, &str, Set)] = &[
    ("site.name", "a name of 1 to 80 characters", |c, v| text(v, 80).map(|v| c.name = v)),
    ("site.domain", "a host name such as board.example.org, without scheme or port", |c, v| {
        host(v).map(|v| c.domain = Some(v))
    }),
    ("site.data", "the path of a folder that the server may write", |c, v| text(v, 4096).map(|v| c.data = v.into())),
    ("site.time_zone", "an IANA time zone such as Asia/Shanghai", |c, v| {
        jiff::tz::TimeZone::get(v).ok().map(|_| c.time_zone = v.to_owned())
    }),
    ("site.language", "\"en\" or \"zh-CN\"", |c, v| Language::parse(v).map(|v| c.language = v)),
    ("listen.address", "an IP address and port such as 127.0.0.1:8080 or [::]:8080", |c, v| {
        v.parse().ok().map(|v| c.listen = v)
    }),
    ("listen.proxies", "IP addresses, separated by commas", |c, v| addresses(v).map(|v| c.proxies = v)),
    ("listen.behind_tls", "true or false", |c, v| v.parse().ok().map(|v| c.behind_tls = v)),
    ("tls.certificate", "the path of a PEM file with the certificate chain", |c, v| {
        text(v, 4096).map(|v| c.tls.get_or_insert_default().0 = v.into())
    }),
    ("tls.key", "the path of a PEM file with the private key", |c, v| {
        text(v, 4096).map(|v| c.tls.get_or_insert_default().1 = v.into())
    }),
    ("tls.redirect", "an IP address and port such as 0.0.0.0:80", |c, v| v.parse().ok().map(|v| c.redirect = Some(v))),
    ("listen.connections", "a whole number from 16 to 1000000", |c, v| {
        number(v, 16, 1_000_000).map(|v| c.connections = v as usize)
    }),
    ("log.format", "\"text\" or \"json\"", |c, v| one_of(v, "text", "json").map(|v| c.log_json = v)),
    ("log.level", "error, warn, info, debug, trace, or a filter such as oneboard=debug", |c, v| {
        filter(v).map(|v| c.log_level = v)
    }),
    ("limits.requests_per_second", "a whole number from 0 (no limit) to 1000000", |c, v| {
        number(v, 0, 1_000_000).map(|v| c.requests_per_second = v)
    }),
    ("limits.requests_burst", "a whole number from 1 to 1000000", |c, v| {
        number(v, 1, 1_000_000).map(|v| c.requests_burst = v)
    }),
    ("limits.body_bytes", "a whole number of bytes from 1024 to 67108864", |c, v| {
        number(v, 1024, 67_108_864).map(|v| c.body_bytes = v as usize)
    }),
    ("accounts.idle_minutes", "minutes from 1 to 1440", |c, v| number(v, 1, 1440).map(|v| c.idle_minutes = v)),
    ("accounts.absolute_hours", "hours from 1 to 72", |c, v| number(v, 1, 72).map(|v| c.absolute_hours = v)),
    ("accounts.board_days", "days from 1 to 90", |c, v| number(v, 1, 90).map(|v| c.board_days = v)),
    ("accounts.step_up_minutes", "minutes from 1 to 60", |c, v| number(v, 1, 60).map(|v| c.step_up_minutes = v)),
    ("accounts.second_factor", "true or false", |c, v| v.parse().ok().map(|v| c.second_factor = v)),
    ("accounts.breached", "the path of a file of SHA-1 values, sorted, one HASH:COUNT a line", |c, v| {
        text(v, 4096).map(|v| c.breached = Some(v.into()))
    }),
    ("journal.postgres", "postgresql://USER@HOST/DATABASE, a database of its own", |c, v| {
        database(v).map(|v| c.postgres = Some(v))
    }),
    ("deliver.smtp", "HOST:PORT of a mail server that takes mail from this machine, such as 127.0.0.1:25", |c, v| {
        host_port(v, None).map(|v| c.deliver_smtp = Some(v))
    }),
    ("deliver.smtp_security", "\"starttls\", \"tls\", or \"none\" for a relay on this machine", |c, v| {
        Security::parse(v).map(|v| c.deliver_smtp_security = v)
    }),
    ("deliver.smtp_user", "a name of 1 to 200 characters", |c, v| text(v, 200).map(|v| c.deliver_smtp_user = Some(v))),
    ("deliver.smtp_password", "a word of 1 to 200 characters", |c, v| {
        text(v, 200).map(|v| c.deliver_smtp_password = Some(v))
    }),
    ("deliver.from", "the e-mail address that mails come from", |c, v| {
        text(v, 254).filter(|v| v.contains('@')).map(|v| c.deliver_from = Some(v))
    }),
    ("deliver.hook", "https://HOST[:PORT]/PATH of a gateway, or http:// on one's own network", |c, v| {
        Gateway::parse(v).map(|v| c.deliver_hook = Some(v))
    }),
    ("deliver.hook_token", "a word of 1 to 200 characters", |c, v| {
        text(v, 200).map(|v| c.deliver_hook_token = Some(v))
    }),
    ("deliver.hook_secret", "a secret of 32 to 200 characters, known to the gateway", |c, v| {
        text(v, 200).filter(|v| v.len() >= SHORTEST_SECRET).map(|v| c.deliver_hook_secret = Some(v))
    }),
    ("deliver.authority", "the path of a PEM file with the agency's own authority", |c, v| {
        text(v, 4096).map(|v| c.deliver_authority = Some(v.into()))
    }),
    ("deliver.private", "true or false", |c, v| v.parse().ok().map(|v| c.deliver_private = v)),
];

impl Config {
    /// Reads `file` (none: the defaults), then the environment of this process.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment =
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect();
        let Some(path) = file else { return Self::from_sources(None, &environment) };
        let unreadable = |why: String| ConfigError::Unreadable { path: path.into(), why };
        let size = std::fs::metadata(path).map_err(|e| unreadable(e.to_string()))?.len();
        if size > MAX_FILE {
            return Err(unreadable(format!("it is {size} bytes long, over the limit of {MAX_FILE}")));
        }
        let source = std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?;
        Self::from_sources(Some((path, &source)), &environment)
    }

    /// The settings from a file's text and an environment; the tests' way in.
    pub fn from_sources(
        file: Option<(&Path, &str)>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some((path, source)) = file {
            let not_toml = |why: String| ConfigError::NotToml { path: path.into(), why };
            let table: toml::Table = source.parse().map_err(|e: toml::de::Error| not_toml(e.to_string()))?;
            for (section, inner) in table {
                let toml::Value::Table(inner) = inner else {
                    return Err(unknown(&section, &path.display().to_string()));
                };
                for (key, value) in inner {
                    config.set(&format!("{section}.{key}"), &plain(&value), &path.display().to_string())?;
                }
            }
        }
        for (key, _, _) in SETTINGS {
            let name = variable(key);
            if let Some(value) = environment.get(&name) {
                config.set(key, value, &format!("the environment variable {name}"))?;
            }
        }
        config.fits()?;
        Ok(config)
    }

    /// Settings that mean nothing without another.
    fn fits(&self) -> Result<(), ConfigError> {
        let alone = |key, missing, why| Err(ConfigError::Alone { key, missing, why });
        let empty = Path::new("");
        match &self.tls {
            Some((certificate, _)) if certificate == empty => {
                alone("tls.key", "tls.certificate", "a key proves nothing without its certificate; set both or neither")
            }
            Some((_, key)) if key == empty => {
                alone("tls.certificate", "tls.key", "a certificate cannot be used without its key; set both or neither")
            }
            None if self.redirect.is_some() => {
                alone("tls.redirect", "tls.certificate", "plain HTTP can be sent on only to where TLS is served")
            }
            _ if self.redirect.is_some() && self.domain.is_none() => {
                alone("tls.redirect", "site.domain", "the name to send people on to must be known")
            }
            _ => Ok(()),
        }
    }

    fn set(&mut self, key: &str, value: &str, source_name: &str) -> Result<(), ConfigError> {
        let Some((key, expected, set)) = SETTINGS.iter().find(|(known, _, _)| *known == key) else {
            return Err(unknown(key, source_name));
        };
        set(self, value.trim()).ok_or_else(|| ConfigError::Wrong {
            key,
            value: value.chars().take(120).collect(),
            source_name: source_name.into(),
            expected,
        })
    }

    /// True where cookies must be `Secure` and HSTS is sent.
    pub const fn is_secure(&self) -> bool {
        self.behind_tls || self.tls.is_some()
    }
}

fn variable(key: &str) -> String {
    format!("ONEBOARD_{}", key.replace('.', "_").to_uppercase())
}

fn unknown(key: &str, source_name: &str) -> ConfigError {
    let known = SETTINGS.iter().map(|(key, _, _)| *key).collect::<Vec<_>>().join(", ");
    ConfigError::Unknown { key: key.into(), source_name: source_name.into(), known }
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn text(value: &str, longest: usize) -> Option<String> {
    (1..=longest).contains(&value.chars().count()).then(|| value.to_owned())
}

fn database(value: &str) -> Option<String> {
    (value.starts_with("postgresql://") || value.starts_with("postgres://")).then(|| value.to_owned())
}

/// A host and its port; an IPv6 address stands in brackets.
fn host_port(value: &str, usual: Option<u16>) -> Option<(String, u16)> {
    let (host, port) = match value.rsplit_once(':').filter(|(host, _)| !host.is_empty() && !value.ends_with(']')) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (value, usual?),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let good =
        (1..=253).contains(&host.len()) && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    good.then(|| (host.to_owned(), port))
}

fn host(value: &str) -> Option<String> {
    let good = value.contains('.')
        && value.len() <= 253
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    good.then(|| value.to_ascii_lowercase())
}

fn addresses(value: &str) -> Option<Vec<IpAddr>> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

fn number(value: &str, least: u32, most: u32) -> Option<u32> {
    value.parse().ok().filter(|number| (least..=most).contains(number))
}

fn one_of(value: &str, no: &str, yes: &str) -> Option<bool> {
    if value == yes { Some(true) } else { (value == no).then_some(false) }
}

fn filter(value: &str) -> Option<String> {
    value.parse::<tracing_subscriber::EnvFilter>().ok().filter(|_| !value.is_empty()).map(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::from_sources(Some((Path::new("oneboard.toml"), source)), &environment)
    }

    #[test]
    fn the_environment_has_the_last_word() {
        let source =
            "[listen]\naddress = \"127.0.0.1:1\"\nproxies = [\"10.0.0.1\", \"::1\"]\n[accounts]\nidle_minutes = 5\n";
        let config = read(source, &[("ONEBOARD_LISTEN_ADDRESS", "0.0.0.0:9000")]).expect("good settings");
        assert_eq!(config.listen.to_string(), "0.0.0.0:9000");
        assert_eq!(config.idle_minutes, 5);
        assert_eq!(config.proxies.len(), 2);
    }

    #[test]
    fn a_wrong_value_names_key_value_source_and_expectation() {
        let error = read("[accounts]\nidle_minutes = 0\n", &[]).expect_err("0 is out of range").to_string();
        for part in ["accounts.idle_minutes", "\"0\"", "oneboard.toml", "1 to 1440"] {
            assert!(error.contains(part), "{error} lacks {part}");
        }
        let error = read("", &[("ONEBOARD_LOG_FORMAT", "xml")]).expect_err("xml is no format").to_string();
        assert!(error.contains("ONEBOARD_LOG_FORMAT") && error.contains("json"), "{error}");
    }

    #[test]
    fn half_of_a_pair_is_refused_by_name() {
        let error = |source: &str| read(source, &[]).expect_err("half of a pair").to_string();
        assert!(error("[tls]\nkey = \"k.pem\"\n").contains("tls.certificate"));
        assert!(error("[tls]\ncertificate = \"c.pem\"\n").contains("tls.key"));
        let both = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";
        assert!(error("[tls]\nredirect = \"0.0.0.0:80\"\n").contains("tls.certificate"));
        assert!(error(&format!("{both}redirect = \"0.0.0.0:80\"\n")).contains("site.domain"));
        assert!(read(both, &[]).expect("both").is_secure());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_known_ones() {
        let error = read("[listen]\nadress = \"x\"\n", &[]).expect_err("misspelt").to_string();
        assert!(error.contains("listen.adress") && error.contains("listen.address"), "{error}");
        assert!(read("name = \"x\"\n", &[]).is_err());
        assert!(matches!(read("[", &[]), Err(ConfigError::NotToml { .. })));
    }

    #[test]
    fn the_packaged_sample_is_good_and_names_every_setting() {
        let sample = include_str!("../../../packaging/oneboard.toml");
        read(sample, &[]).expect("the sample reads");
        for (key, _, _) in SETTINGS {
            let (section, key) = key.split_once('.').expect("keys have a section");
            assert!(
                sample.contains(&format!("[{section}]")) && sample.contains(&format!("{key} = ")),
                "the sample lacks {section}.{key}"
            );
        }
    }
}
