//! The characters and names of XML 1.0 (fifth edition, §2.2 and §2.3).

/// May `c` stand in a document at all?
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// White space as XML means it.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn starts_name(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Is `name` a name of XML?
pub fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

/// Splits a qualified name into prefix (may be empty) and local part; `None` if it is no qualified name.
pub fn split(name: &str) -> Option<(&str, &str)> {
    if !is_name(name) {
        return None;
    }
    match name.split_once(':') {
        None => Some(("", name)),
        Some((prefix, local)) => {
            (!prefix.is_empty() && !local.contains(':') && local.chars().next().is_some_and(starts_name))
                .then_some((prefix, local))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualified_names_split_at_their_one_colon() {
        assert_eq!(split("alert"), Some(("", "alert")));
        assert_eq!(split("cap:alert"), Some(("cap", "alert")));
        assert_eq!(split("预警"), Some(("", "预警")));
        for bad in ["", "1a", ":a", "a:", "a:b:c", "a b", "a:1", "-a"] {
            assert_eq!(split(bad), None, "{bad:?}");
        }
    }
}
