//! The plain page: a frame for whoever is not signed in, and for errors. No script, no stream.

use std::fmt::Write;

use maud::{DOCTYPE, Markup, html};

use crate::http::negotiate::{Language, Locale};
use crate::shell::Shell;

/// A whole page around `main`, in the frame of `ui/README.md`.
pub fn plain(shell: &Shell, locale: Locale, title: &str, main: &Markup) -> Markup {
    let other = match locale.language {
        Language::En => Language::ZhCn,
        Language::ZhCn => Language::En,
    };
    html! {
        (DOCTYPE)
        html lang=(locale.language.tag()) data-theme=[locale.theme.attribute()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (shell.config.name) }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(interface::APP_CSS);
            }
            body {
                a.skip href="#main" { (locale.t("shell-skip")) }
                @if shell.clock.is_demonstration() { div.mode data-mode="demonstration" { p { (locale.t("shell-demonstration")) } } }
                header.top {
                    a.top-name href="/" { (shell.config.name) }
                    span.facts {}
                    a href={ "?language=" (other.tag()) } lang=(other.tag()) { (locale.t("shell-other-language")) } " "
                    a href="?theme=light" { (locale.t("shell-light")) } " "
                    a href="?theme=dark" { (locale.t("shell-dark")) }
                }
                main.main #main { (main) }
            }
        }
    }
}

/// `text` percent-encoded as a component of an address.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `next` where it is a path of ours; else the first page. A redirect never leaves the server.
pub fn own_path(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.len() < 2048;
    if ours { next } else { "/" }
}

/// The path and query of a whole address.
pub fn path_of(address: &str) -> Option<String> {
    let after = address.split_once("://")?.1;
    Some(after[after.find('/')?..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_never_leaves_the_server() {
        assert_eq!(own_path("/posts?q=1"), "/posts?q=1");
        for foreign in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "",
            "javascript:x",
            "/a\r\nb",
            "/\t/evil.example",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }
}
