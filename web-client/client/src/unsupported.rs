//! What PySpark has and this client has not, each with its reason: the documentation and errors take it from here.

/// A name of PySpark's that has no counterpart here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The class or module that has it, such as `DataFrame` or `functions`.
    pub owner: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Why there is none, and what to do instead; a sentence or two.
    pub reason: &'static str,
}

/// Python code that Spark would run in Python workers.
const WORKER: &str = "It runs Python code in Spark's Python workers, and there is no Python here to pickle it. Use \
                      built-in functions, or call_function for one that is registered on the server.";
/// Names that only describe such code.
const DESCRIBES: &str = "It only describes Python code that Spark would run in Python workers, which cannot be sent \
                         from here.";
/// Results as objects of pandas or plots.
const PANDAS: &str =
    "It needs pandas, which is a library of Python. Use collect() for rows, or export the result.";
/// Objects of the JVM in the same process, which Spark Connect never has.
const CLASSIC: &str =
    "Spark Connect has no RDDs, in PySpark neither; Python code in them would need Python workers.";

/// What profiles Python code.
const PROFILE: &str = "It shows profiles of Python code that ran in Python workers.";

macro_rules! unsupported {
    ($($owner:literal $reason:ident: $($name:ident)+;)*) => {
        &[$($(Unsupported { owner: $owner, name: stringify!($name), reason: $reason },)+)*]
    };
}

/// Everything that has no counterpart.
pub static UNSUPPORTED: &[Unsupported] = unsupported! {
    "functions" WORKER: udf udtf pandas_udf arrow_udf arrow_udtf;
    "functions" DESCRIBES: AnalyzeArgument AnalyzeResult ArrowUDFType OrderingColumn PandasUDFType PartitioningColumn
        SelectedColumn SkipRestOfInputTableException UserDefinedFunction UserDefinedTableFunction;
    "DataFrame" WORKER: foreach foreachPartition mapInArrow mapInPandas;
    "DataFrame" PANDAS: pandas_api plot toPandas;
    "DataFrame" CLASSIC: rdd;
    "GroupedData" WORKER: apply applyInArrow applyInPandas applyInPandasWithState cogroup transformWithState
        transformWithStateInPandas;
    "DataStreamWriter" WORKER: foreach foreachBatch;
    "StreamingQueryManager" WORKER: addListener removeListener;
    "SparkSession" WORKER: dataSource udtf;
    "SparkSession" PROFILE: profile;
    "UDFRegistration" WORKER: register;
    "Catalog" WORKER: registerFunction;
};

/// The entry of a name, if it has one.
pub fn unsupported(owner: &str, name: &str) -> Option<&'static Unsupported> {
    UNSUPPORTED
        .iter()
        .find(|entry| entry.owner == owner && entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_says_the_same() {
        let documentation = include_str!("../../../docs/pyspark.md");
        let missing: Vec<String> = UNSUPPORTED
            .iter()
            .map(|entry| format!("| {} | `{}` | {} |", entry.owner, entry.name, entry.reason))
            .filter(|row| !documentation.contains(row))
            .collect();
        assert!(
            missing.is_empty(),
            "add to docs/pyspark.md:\n{}",
            missing.join("\n")
        );
        let (_, table) = documentation.split_once("| of | name | why |").unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        assert_eq!(rows.count(), UNSUPPORTED.len(), "a row for something else");
    }

    #[test]
    fn entries_are_found() {
        assert!(unsupported("functions", "udf").is_some());
        assert!(unsupported("DataFrame", "udf").is_none());
    }
}
