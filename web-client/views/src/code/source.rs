//! Where rows come from, as code.

use std::collections::BTreeMap;

use spark_connect_client::proto::{
    self as pb,
    parse::ParseFormat,
    read::{DataSource, ReadType},
};

use super::{Writer, expression::Piece, frame::Frame, no_code};
use crate::{
    Result,
    error::ViewError,
    literal::{python, python_text},
    local, types,
};

/// Rows that are written into code.
const MAX_ROWS: usize = 50;
/// Formats whose method adds nothing of its own; `text` sets an option.
const FORMATS: [&str; 5] = ["csv", "json", "orc", "parquet", "xml"];
/// The functions of `spark.tvf`.
const TABLE_FUNCTIONS: [&str; 13] = [
    "collations",
    "explode",
    "explode_outer",
    "inline",
    "inline_outer",
    "json_tuple",
    "posexplode",
    "posexplode_outer",
    "python_worker_logs",
    "sql_keywords",
    "stack",
    "variant_explode",
    "variant_explode_outer",
];

fn options(options: &BTreeMap<String, String>) -> String {
    options
        .iter()
        .map(|(key, value)| format!(".option({}, {})", python_text(key), python_text(value)))
        .collect()
}

fn list(texts: &[String]) -> String {
    match texts {
        [text] => python_text(text),
        texts => {
            let texts: Vec<String> = texts.iter().map(|text| python_text(text)).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

impl Writer<'_> {
    pub(super) fn read(&mut self, read: &pb::Read) -> Result<Frame> {
        let reader = if read.is_streaming {
            "spark.readStream"
        } else {
            "spark.read"
        };
        let source = match &read.read_type {
            None => return Err(ViewError::missing("Read", "source")),
            Some(ReadType::NamedTable(table)) => {
                let name = python_text(&table.unparsed_identifier);
                let hint = table.unparsed_identifier.clone();
                return Ok(match (table.options.is_empty(), read.is_streaming) {
                    (true, false) => Frame::new(format!("spark.table({name})"), hint),
                    _ => Frame::new(format!("{reader}{}.table({name})", options(&table.options)), hint),
                });
            }
            Some(ReadType::DataSource(source)) => source,
        };
        match (&source.source_name, read.is_streaming) {
            (None, _) => self.source(source, reader, read.is_streaming),
            (Some(name), true) => self.source(source, &format!("{reader}.name({})", python_text(name)), true),
            (Some(_), false) => Err(no_code("DataSource", "only streaming sources have names")),
        }
    }

    fn source(&mut self, source: &DataSource, reader: &str, is_streaming: bool) -> Result<Frame> {
        let mut given = source.options.clone();
        let schema = match source.schema.as_deref() {
            None | Some("") => String::new(),
            Some(schema) => format!(".schema({})", python_text(schema)),
        };
        let format = source.format.as_deref();
        let hint = format.unwrap_or("files").to_owned();
        if !source.predicates.is_empty() {
            let (url, table) = (given.remove("url"), given.remove("dbtable"));
            let (Some("jdbc"), Some(url), Some(table), [], false) =
                (format, url, table, &source.paths[..], is_streaming)
            else {
                return Err(no_code(
                    "DataSource",
                    "conditions for partitions are for jdbc with url and dbtable",
                ));
            };
            let arguments = format!(
                "{}, {}, predicates=[{}]",
                python_text(&url),
                python_text(&table),
                source
                    .predicates
                    .iter()
                    .map(|text| python_text(text))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            let options = options(&given);
            return Ok(Frame::new(
                format!("{reader}{schema}{options}.jdbc({arguments})"),
                table,
            ));
        }
        let options = options(&given);
        let head = match (format, &source.paths[..]) {
            (Some(format), [path]) if FORMATS.contains(&format) => {
                format!("{reader}{schema}{options}.{format}({})", python_text(path))
            }
            (format, paths) => {
                let format = format.map_or(String::new(), |format| {
                    format!(".format({})", python_text(format))
                });
                let paths = if paths.is_empty() {
                    String::new()
                } else {
                    list(paths)
                };
                format!("{reader}{format}{schema}{options}.load({paths})")
            }
        };
        Ok(Frame::new(head, hint))
    }

    pub(super) fn changes(&mut self, changes: &pb::RelationChanges) -> Frame {
        let reader = if changes.is_streaming {
            "spark.readStream"
        } else {
            "spark.read"
        };
        let name = python_text(&changes.unparsed_identifier);
        Frame::new(
            format!("{reader}{}.changes({name})", options(&changes.options)),
            changes.unparsed_identifier.clone(),
        )
    }

    pub(super) fn range(&mut self, range: &pb::Range) -> Frame {
        let start = range.start.unwrap_or(0);
        let arguments = match (start, range.step, range.num_partitions) {
            (0, 1, None) => range.end.to_string(),
            (start, 1, None) => format!("{start}, {}", range.end),
            (start, step, None) => format!("{start}, {}, {step}", range.end),
            (start, step, Some(count)) => format!("{start}, {}, {step}, {count}", range.end),
        };
        Frame::new(format!("spark.range({arguments})"), "numbers")
    }

    pub(super) fn sql(&mut self, sql: &pb::Sql, parts: &[Piece]) -> Result<Frame> {
        #[expect(deprecated, reason = "clients before Spark 4.0 write arguments there")]
        let old = !sql.args.is_empty() || !sql.pos_args.is_empty();
        if old {
            return Err(no_code(
                "SQL",
                "its arguments are written as clients before Spark 4.0 do",
            ));
        }
        let argument = |writer: &mut Self, message: &pb::Expression, piece: &Piece| {
            writer.value(message).unwrap_or_else(|| piece.text.clone())
        };
        let mut arguments = vec![query(&sql.query)];
        let (named, positional) = parts.split_at(sql.named_arguments.len().min(parts.len()));
        match (named.is_empty(), positional.is_empty()) {
            (true, true) => (),
            (false, true) => {
                let entries: Vec<String> = (sql.named_arguments.iter().zip(named))
                    .map(|((name, message), piece)| {
                        format!("{}: {}", python_text(name), argument(self, message, piece))
                    })
                    .collect();
                arguments.push(format!("args={{{}}}", entries.join(", ")));
            }
            (true, false) => {
                let values: Vec<String> = (sql.pos_arguments.iter().zip(positional))
                    .map(|(message, piece)| argument(self, message, piece))
                    .collect();
                arguments.push(format!("args=[{}]", values.join(", ")));
            }
            (false, false) => return Err(no_code("SQL", "it has arguments by name and by place at once")),
        }
        Ok(Frame::new(
            format!("spark.sql({})", arguments.join(", ")),
            "query",
        ))
    }

    pub(super) fn local(&mut self, relation: &pb::LocalRelation) -> Result<Frame> {
        let table = local::read(relation)?;
        if table.rows.len() > MAX_ROWS {
            return Err(no_code(
                format!("LocalRelation of {} rows", table.rows.len()),
                format!(
                    "code with more than {MAX_ROWS} rows is nobody's to read; keep them in a file or a view"
                ),
            ));
        }
        let schema = types::python(&table.schema())?;
        let mut rows = Vec::new();
        for row in &table.rows {
            let values: Option<Vec<String>> = row.iter().map(local::python).collect();
            let values =
                values.ok_or_else(|| no_code("LocalRelation", "it has values that Python does not have"))?;
            rows.push(match &values[..] {
                [value] => format!("({value},)"),
                values => format!("({})", values.join(", ")),
            });
        }
        let text = rows.join(", ");
        self.uses.datetime |= text.contains("datetime.");
        self.uses.decimal |= text.contains("Decimal(");
        self.uses.types = true;
        let head = format!("spark.createDataFrame([{text}], {schema})");
        if head.len() <= super::frame::WIDTH {
            return Ok(Frame::new(head, "rows"));
        }
        let rows: Vec<String> = rows.iter().map(|row| format!("        {row},\n")).collect();
        let head = format!(
            "spark.createDataFrame(\n    [\n{}    ],\n    {schema},\n)",
            rows.concat()
        );
        Ok(Frame::new(head, "rows"))
    }

    pub(super) fn table_function(
        &mut self,
        function: &pb::UnresolvedTableValuedFunction,
        parts: &[Piece],
    ) -> Result<Frame> {
        let name = function.function_name.as_str();
        if !TABLE_FUNCTIONS.contains(&name) {
            return Err(no_code(
                format!("The table-valued function {name}"),
                "spark.tvf does not have it; call it in SQL",
            ));
        }
        let arguments: Vec<String> = parts.iter().map(|part| part.text.clone()).collect();
        Ok(Frame::new(
            format!("spark.tvf.{name}({})", arguments.join(", ")),
            name,
        ))
    }

    pub(super) fn parse(&mut self, parse: &pb::Parse, texts: &str) -> Result<Frame> {
        let format = match ParseFormat::try_from(parse.format) {
            Ok(ParseFormat::Csv) => "csv",
            Ok(ParseFormat::Json) => "json",
            Ok(ParseFormat::Xml) => "xml",
            _ => return Err(ViewError::unknown("Parse", "format")),
        };
        let schema = match &parse.schema {
            None => String::new(),
            Some(schema) => {
                self.uses.types = true;
                format!(".schema({})", types::python(schema)?)
            }
        };
        let options = options(&parse.options);
        Ok(Frame::new(
            format!("spark.read{schema}{options}.{format}({texts})"),
            format,
        ))
    }

    /// A value where only plain ones are taken.
    pub(super) fn plain(&mut self, literal: &pb::expression::Literal, node: &str) -> Result<String> {
        let value =
            python(literal).ok_or_else(|| no_code(node, "it has a value that Python does not have"))?;
        self.uses.datetime |= value.starts_with("datetime.");
        self.uses.decimal |= value.starts_with("Decimal(");
        Ok(value)
    }
}

/// SQL text, as it stands if it has several lines and nothing that Python would read otherwise.
fn query(text: &str) -> String {
    let plain = text.contains('\n')
        && !text.contains(['\\', '\r'])
        && !text.contains("\"\"\"")
        && !text.ends_with('"')
        && text.chars().all(|c| c == '\n' || !c.is_control());
    if plain && python_text(text).matches("\\u").count() == 0 {
        format!("\"\"\"{text}\"\"\"")
    } else {
        python_text(text)
    }
}
