//! Runs the snippets of `tests/cases` through Python and through cells: both must print the same.

use std::{
    cell::RefCell,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    rc::Rc,
};

use pyspark_cells::{Interpreter, Shown};

/// Does with a snippet what a prompt does with its last expression.
const DRIVER: &str = r#"
import ast, contextlib, io, json, sys
for source in json.load(sys.stdin):
    out = io.StringIO()
    space = {"__name__": "__main__"}
    error = None
    with contextlib.redirect_stdout(out):
        try:
            tree = ast.parse(source)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "cell", "exec"), space)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "cell", "eval"), space)
                if value is not None:
                    print(repr(value))
        except SyntaxError:
            error = "SyntaxError"
        except BaseException as e:
            text = str(e)
            error = type(e).__name__ + (": " + text if text else "")
    print(json.dumps([out.getvalue(), error]))
"#;

/// What was printed, and the last line of a traceback.
type Answer = (String, Option<String>);

/// The snippets of all files, each with where it stands.
fn snippets() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut snippets = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut line = 1;
        for snippet in text.split("# ---\n") {
            let name = format!("{}:{line}", file.file_name().unwrap().display());
            line += snippet.lines().count() + 1;
            snippets.push((name, snippet.to_owned()));
        }
    }
    snippets
}

fn python(snippets: &[(String, String)]) -> Vec<Answer> {
    let mut child = Command::new("python3")
        .args(["-W", "ignore", "-c", DRIVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let sources: Vec<&str> = snippets.iter().map(|(_, source)| source.as_str()).collect();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(&sources).unwrap()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn ours(source: &str) -> Answer {
    let printed = Rc::new(RefCell::new(String::new()));
    let sink = printed.clone();
    let outcome = Interpreter::without_spark()
        .run(source, move |text| sink.borrow_mut().push_str(text))
        .await;
    let mut printed = printed.take();
    let error = match outcome {
        Ok(outcome) => {
            if let Some(Shown::Text(text)) = outcome.shown {
                printed += &text;
                printed.push('\n');
            }
            None
        }
        Err(failure) if failure.class == "SyntaxError" => Some(failure.class),
        Err(failure) => Some(failure.to_string()),
    };
    (printed, error)
}

#[tokio::test]
async fn cells_print_what_python_prints() {
    let snippets = snippets();
    let expected = python(&snippets);
    assert_eq!(expected.len(), snippets.len());
    let mut differences = Vec::new();
    for ((name, source), expected) in snippets.iter().zip(expected) {
        let ours = ours(source).await;
        if ours != expected {
            differences.push(format!(
                "{name}\n{source}  Python: {expected:?}\n  cells:  {ours:?}\n"
            ));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} differ\n{}",
        differences.len(),
        snippets.len(),
        differences.join("\n")
    );
}
