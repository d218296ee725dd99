//! Metadata, which plans have as JSON and PySpark takes as a dictionary: token for token, so that order and numbers stay.

use crate::literal::python_text;

/// A JSON object as a dictionary of Python, and whether `json.dumps` makes the same text of it again. None if it is no
/// JSON object.
pub(super) fn dictionary(json: &str) -> Option<(String, bool)> {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json).ok()?;
    let (mut code, mut dumped) = (String::new(), String::new());
    let mut rest = json;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => text_length(rest)?,
            c if c.is_ascii_alphanumeric() || c == '-' => rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        rest = after;
        match token {
            "true" => code += "True",
            "false" => code += "False",
            "null" => code += "None",
            "," => code += ", ",
            ":" => code += ": ",
            _ if c == '"' => {
                let text: String = serde_json::from_str(token).ok()?;
                code += &python_text(&text);
                dumped += &ascii(&text);
                continue;
            }
            _ if c.is_whitespace() => continue,
            _ => code += token,
        }
        dumped += match token {
            "," => ", ",
            ":" => ": ",
            other => other,
        };
    }
    let same = dumped == json;
    Some((code, same))
}

/// How long the text is that a JSON text begins with.
fn text_length(json: &str) -> Option<usize> {
    let mut escaped = false;
    json.char_indices().skip(1).find_map(|(at, c)| match c {
        _ if escaped => {
            escaped = false;
            None
        }
        '\\' => {
            escaped = true;
            None
        }
        '"' => Some(at + 1),
        _ => None,
    })
}

/// A text as `json.dumps` writes it.
fn ascii(text: &str) -> String {
    let mut written = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        match c {
            c if c.is_ascii() && c != '\u{7f}' => written.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    written += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_stay() {
        let cases = [
            (
                r#"{"b": 1.0, "a": [true, null, "x\"\u00e9"]}"#,
                r#"{"b": 1.0, "a": [True, None, "x\"é"]}"#,
                true,
            ),
            (r#"{"k":1}"#, r#"{"k": 1}"#, false),
            ("{}", "{}", true),
        ];
        for (json, code, same) in cases {
            assert_eq!(dictionary(json), Some((code.to_owned(), same)), "{json}");
        }
        assert_eq!(dictionary("[1]"), None);
        assert_eq!(dictionary("{\"a\": "), None);
    }
}
