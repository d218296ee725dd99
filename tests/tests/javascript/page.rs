//! The example's page, as it stands in the documentation, and npm's apache-arrow on it.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::browser::in_browser_with;
use serde_json::{Value, json};

use crate::stage::{Page, Stage};

#[tokio::test]
async fn the_example_runs_and_apache_arrow_reads_its_bytes() -> Result<()> {
    let stage = Stage::start().await?;
    // The page names the port that a bridge has by default.
    let mapped = format!(
        "--host-resolver-rules=MAP localhost:8080 127.0.0.1:{}",
        stage.bridge.port()
    );
    let url = format!("{}/plain.html", stage.site);
    in_browser_with(&[mapped], &url, |_| false, async |browser| {
        let output = "document.getElementById('output').textContent";
        browser
            .until(Duration::from_secs(60), &format!("{output}.includes('Arrow IPC')"))
            .await?;
        let text: String = browser.js(&format!("return {output}"), vec![]).await?;
        let lines: Vec<&str> = text.lines().collect();
        ensure!(lines[..10] == (0..10).map(|n| format!("{n} squared is {}", n * n)).collect::<Vec<_>>(), "{text}");
        ensure!(lines.len() > 10 && lines[10..].iter().all(|line| line.ends_with(" bytes of Arrow IPC")), "{text}");

        let page = Page {
            browser,
            module: "http://localhost:8080/spark-connect.js".to_owned(),
        };
        page.load_arrow().await?;
        let read: Value = page
            .run(
                "const spark = await connect();
                 const query = await spark.sql('SELECT id, id * id AS square, concat(\"n\", id) AS name FROM range(10)');
                 const rows = [];
                 for await (const batch of query.stream()) {
                   if (!(batch instanceof Uint8Array)) throw new Error('no bytes');
                   const table = Arrow.tableFromIPC(batch);
                   for (const { id, square, name } of table) rows.push([Number(id), Number(square), name]);
                 }
                 return rows;",
            )
            .await?;
        let expected: Vec<_> = (0..10).map(|n| json!([n, n * n, format!("n{n}")])).collect();
        assert_eq!(read, Value::from(expected));
        Ok(())
    })
    .await
}

/// Whatever the server does, a batch is a complete stream of plain buffers.
#[tokio::test]
async fn apache_arrow_reads_what_the_server_compresses() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            page.load_arrow().await?;
            let read: Value = page
                .run(
                    "const found = {};
                     for (const codec of ['none', 'lz4', 'zstd']) {
                       const spark = await connect({ conf: { 'spark.sql.execution.arrow.compression.codec': codec } });
                       const query = await spark.sql(\"SELECT id, repeat('x', 100) AS text FROM range(0, 20000, 1, 2)\");
                       let [rows, bytes, sum] = [0, 0, 0n];
                       for await (const batch of query.stream()) {
                         const table = Arrow.tableFromIPC(batch);
                         rows += table.numRows;
                         bytes += batch.length;
                         for (const id of table.getChild('id')) sum += id;
                         if (table.getChild('text').get(0) !== 'x'.repeat(100)) throw new Error(codec);
                       }
                       found[codec] = [rows, String(sum), bytes > 2_000_000];
                       await spark.close();
                     }
                     return found;",
                )
                .await?;
            let all = json!([20_000, "199990000", true]);
            assert_eq!(read, json!({ "none": all, "lz4": all, "zstd": all }));
            Ok(())
        })
        .await
}

/// A result without rows still has its schema.
#[tokio::test]
async fn an_empty_result_has_its_schema() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            page.load_arrow().await?;
            let read: Value = page
                .run(
                    "const spark = await connect();
                     const query = await spark.sql('SELECT 1 AS a, \"x\" AS b WHERE false');
                     const tables = [];
                     for await (const batch of query.stream()) {
                       const table = Arrow.tableFromIPC(batch);
                       tables.push([table.numRows, table.schema.fields.map((field) => field.name)]);
                     }
                     return { tables, rows: await query.rows(), schema: await query.schema() };",
                )
                .await?;
            let column = |name, data_type| json!({ "name": name, "type": data_type, "nullable": false });
            assert_eq!(
                read,
                json!({
                    "tables": [[0, ["a", "b"]]],
                    "rows": [],
                    "schema": [column("a", "int"), column("b", "string")],
                })
            );
            Ok(())
        })
        .await
}
