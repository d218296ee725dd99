//! `cargo xtask conformance`: how much of PySpark is here. The counting is a test of the end-to-end suite `plans`, which asks
//! the installed PySpark and the interpreter; here it gets its Python, and its table into the documentation.

use anyhow::{Result, ensure};

use crate::{
    setup::python::SPARK,
    spark::Spark,
    workspace::{Workspace, cargo},
};

/// Prints what is here and what is not, and with `write` puts the table into docs/pyspark.md.
pub(crate) fn count(workspace: &Workspace, write: bool) -> Result<()> {
    let spark = Spark::ensure(workspace, SPARK)?;
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["test", "--locked", "--quiet", "-p", "e2e", "--test", "plans"])
        .args(["--", "--exact", "conformance::conformance", "--nocapture"])
        .env("E2E_PYTHON", spark.python());
    if write {
        command.env("E2E_CONFORMANCE_WRITE", "1");
    }
    ensure!(
        command.status()?.success(),
        "docs/pyspark.md and what is here differ"
    );
    Ok(())
}
