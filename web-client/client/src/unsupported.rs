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
                      built-in functions, or call a registered function by its name with call_function.";
/// Names that only describe such code.
const DESCRIBES: &str = "It only describes Python code that Spark would run in Python workers, which cannot be sent \
                         from here.";
/// Results as objects of pandas or plots.
const PANDAS: &str =
    "It needs pandas, which is a library of Python. Use collect() for rows, or export the result.";
/// Objects of the JVM in the same process, which Spark Connect never has.
const CLASSIC: &str = "Spark Connect has none, in PySpark neither.";

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
    "SparkSession" WORKER: dataSource udf udtf;
};

/// The entry of a name, if it has one.
pub fn unsupported(owner: &str, name: &str) -> Option<&'static Unsupported> {
    UNSUPPORTED
        .iter()
        .find(|entry| entry.owner == owner && entry.name == name)
}
