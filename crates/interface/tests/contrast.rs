//! Contrast of the tokens in `ui/styles/tokens.css`, computed as WCAG 2.2 defines it: AA for text, AAA for figures, 3:1 for what is not text.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../ui/styles/tokens.css");

type Tokens = BTreeMap<String, String>;

/// The custom properties of every block, in the order of the file.
fn blocks() -> Vec<(String, Tokens)> {
    let mut found = Vec::new();
    for part in TOKENS.split('}') {
        let Some((head, body)) = part.rsplit_once('{') else { continue };
        let tokens = body
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        found.push((head.trim().to_owned(), tokens));
    }
    found
}

fn themes() -> [(&'static str, Tokens); 2] {
    let blocks = blocks();
    let with = |selector: &str| {
        blocks
            .iter()
            .find(|(head, tokens)| head.ends_with(selector) && tokens.contains_key("paper"))
            .expect("the block is in the file")
            .1
            .clone()
    };
    [("light", with(":root")), ("dark", with("[data-theme=\"dark\"]"))]
}

fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').expect("a colour like #1b1d1f");
    assert_eq!(digits.len(), 6, "{colour}");
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn demand(theme: &str, tokens: &Tokens, text: &str, ground: &str, least: f64) {
    let ratio = contrast(&tokens[text], &tokens[ground]);
    assert!(ratio >= least, "{theme}: --{text} on --{ground} is {ratio:.2}:1, wanted {least}:1");
}

#[test]
fn the_formula_is_the_published_one() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    // W3C's own example of the smallest grey that passes AA on white.
    assert!(contrast("#767676", "#ffffff") >= 4.5 && contrast("#777777", "#ffffff") < 4.5);
}

#[test]
fn text_passes_aa_on_every_ground_it_stands_on() {
    for (theme, tokens) in themes() {
        for ground in ["paper", "field", "raised"] {
            for text in ["ink", "grey-1", "grey-2", "attention", "wrong", "info"] {
                demand(theme, &tokens, text, ground, 4.5);
            }
        }
        for state in ["attention", "wrong", "info"] {
            demand(theme, &tokens, state, &format!("{state}-ground"), 4.5);
            demand(theme, &tokens, "ink", &format!("{state}-ground"), 4.5);
            demand(theme, &tokens, "grey-1", &format!("{state}-ground"), 4.5);
            demand(theme, &tokens, &format!("{state}-on"), &format!("{state}-fill"), 4.5);
        }
    }
}

#[test]
fn figures_pass_aaa() {
    for (theme, tokens) in themes() {
        for text in ["ink", "grey-1", "attention", "wrong", "info"] {
            demand(theme, &tokens, text, "paper", 7.0);
        }
        demand(theme, &tokens, "attention", "attention-ground", 7.0);
        // A wrong figure is white on the fill at 36 px or more: large-scale text, for which AAA asks 4.5:1.
        demand(theme, &tokens, "wrong-on", "wrong-fill", 4.5);
    }
}

#[test]
fn shapes_and_outlines_are_seen() {
    for (theme, tokens) in themes() {
        for shape in ["outline", "focus", "wrong-fill", "info-fill"] {
            demand(theme, &tokens, shape, "paper", 3.0);
        }
    }
}

#[test]
fn official_warning_colours_read_on_both_grounds() {
    let common =
        blocks().into_iter().find(|(_, tokens)| tokens.contains_key("level-red")).expect("the block is in the file").1;
    for level in ["blue", "yellow", "orange", "red"] {
        demand("both", &common, &format!("level-{level}-on"), &format!("level-{level}"), 4.5);
        for (theme, tokens) in themes() {
            // Either the colour itself or its border of ink stands out from the paper.
            let fill = contrast(&common[&format!("level-{level}")], &tokens["paper"]);
            let border = contrast(&tokens["ink"], &tokens["paper"]);
            assert!(fill.max(border) >= 3.0, "{theme}: {level}");
        }
    }
}

#[test]
fn the_system_dark_is_the_chosen_dark() {
    let dark: Vec<_> = blocks()
        .into_iter()
        .filter(|(_, tokens)| tokens.get("paper").is_some_and(|paper| luminance(paper) < 0.1))
        .collect();
    assert_eq!(dark.len(), 2);
    assert_eq!(dark[0].1, dark[1].1);
}

#[test]
fn never_pure_black_or_white_paper() {
    for (theme, tokens) in themes() {
        assert!(!["#000000", "#ffffff"].contains(&tokens["paper"].as_str()), "{theme}");
    }
}
