//! Reads the plan that `EXPLAIN EXTENDED` draws: a line for each node, its level drawn before it.

use engine_api::PlanNode;

/// Characters of one property.
const LONG: usize = 2_000;

/// The nodes of the parsed logical plan in an explanation.
pub(crate) fn parsed(explanation: &str) -> Vec<PlanNode> {
    let lines = explanation.lines();
    let lines = lines
        .skip_while(|line| *line != "== Parsed Logical Plan ==")
        .skip(1);
    let mut nodes: Vec<PlanNode> = Vec::new();
    for line in lines.take_while(|line| !line.starts_with("== ")) {
        let text = line.trim_start_matches([' ', ':', '+', '-']);
        let level = (line.len() - text.len()) / 3;
        match nodes.last_mut() {
            // A text with line ends goes on: nodes below the first are drawn with a branch.
            Some(last) if !is_drawn(line, text) => {
                if let Some((_, property)) = last.properties.last_mut() {
                    property.push('\n');
                    property.push_str(line);
                }
            }
            _ if text.is_empty() => {}
            _ => nodes.push(node(level as u32, text)),
        }
    }
    for (_, text) in nodes.iter_mut().flat_map(|node| &mut node.properties) {
        text.truncate(text.floor_char_boundary(LONG));
        text.truncate(text.trim_end().len());
    }
    nodes
}

/// Whether a branch leads to the text at the end of a line.
fn is_drawn(line: &str, text: &str) -> bool {
    let before = &line[..line.len() - text.len()];
    before.ends_with("+- ") || before.ends_with(":- ")
}

/// A quote marks what is not resolved, which in a parsed plan is nearly everything.
fn node(level: u32, text: &str) -> PlanNode {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    PlanNode {
        level,
        name: name.trim_start_matches('\'').to_owned(),
        properties: match rest.is_empty() {
            true => Vec::new(),
            false => vec![(String::new(), rest.to_owned())],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_becomes_nodes() {
        let drawn = "\
== Parsed Logical Plan ==
'Sort ['n ASC NULLS FIRST], true
+- 'Join UsingJoin(Inner, [zone])
   :- 'Project ['a AS b#1, two
lines]
   :  +- OneRowRelation
   +- 'UnresolvedRelation [zones], [], false

== Analyzed Logical Plan ==
n: bigint
Sort [n#3L ASC NULLS FIRST], true
";
        let nodes = parsed(drawn);
        let told: Vec<_> = nodes
            .iter()
            .map(|node| {
                let property = node.properties.first().map_or("", |(_, text)| text);
                (node.level, node.name.as_str(), property)
            })
            .collect();
        assert_eq!(
            told,
            [
                (0, "Sort", "['n ASC NULLS FIRST], true"),
                (1, "Join", "UsingJoin(Inner, [zone])"),
                (2, "Project", "['a AS b#1, two\nlines]"),
                (3, "OneRowRelation", ""),
                (2, "UnresolvedRelation", "[zones], [], false"),
            ]
        );
        assert!(parsed("something else").is_empty());
    }
}
