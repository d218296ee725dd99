//! The element `<spark-query>` on a page of another site.

use std::time::Duration;

use anyhow::Result;
use e2e::browser::in_browser_with;
use serde_json::{Value, json};

use crate::stage::{Page, Stage};

const SOON: Duration = Duration::from_secs(60);

/// Loads the element, and gives the page `shown(html)`: the last child's element once it has rows or an error, as text.
const PRELUDE: &str = "
    await import(module.replace('connect.js', 'query.js'));
    const ended = (element) => new Promise((resolve) =>
      ['load', 'error'].forEach((name) => element.addEventListener(name, resolve, { once: true })));
    const seen = (element) => {
      const root = element.shadowRoot;
      const texts = (selector) => [...root.querySelectorAll(selector)].map((cell) => cell.textContent);
      const error = root.querySelector('.error');
      return {
        head: texts('th'),
        rows: [...root.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent)),
        status: root.querySelector('.status').textContent.replace(/in [0-9.]+ s/, 'in N s'),
        error: error.hidden ? null : error.textContent,
        state: element.state,
      };
    };
    const shown = async (html) => {
      document.body.insertAdjacentHTML('beforeend', html);
      await ended(document.body.lastElementChild);
      return seen(document.body.lastElementChild);
    };
";

async fn run(page: &Page<'_>, body: &str) -> Result<Value> {
    let module = format!("const module = {:?};", page.module);
    page.run(&format!("{module}{PRELUDE}{body}")).await
}

/// The page in the documentation has no script of its own.
#[tokio::test]
async fn the_examples_element_has_its_rows() -> Result<()> {
    let stage = Stage::start().await?;
    // The page names the port that a bridge has by default.
    let mapped = format!(
        "--host-resolver-rules=MAP localhost:8080 127.0.0.1:{}",
        stage.bridge.port()
    );
    let url = format!("{}/element.html", stage.site);
    in_browser_with(&[mapped], &url, |_| false, async |browser| {
        let done = "document.querySelector('spark-query').state === 'done'";
        browser.until(SOON, done).await?;
        let last = "return document.querySelector('spark-query').shadowRoot.querySelector('tbody tr:last-child').textContent";
        assert_eq!(browser.js::<String>(last, vec![]).await?, "981");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_query_is_a_table() -> Result<()> {
    Stage::start()
        .await?
        .on_page(async |page| {
            let body = "const table = await shown(`<spark-query limit=3 caption='A few'>
                   SELECT id, id * 1.5BD AS price, 'a&lt;b>' AS name, NULL AS nothing FROM range(10)</spark-query>`);
                 const root = document.body.lastElementChild.shadowRoot;
                 const region = root.querySelector('[role=region]');
                 return { ...table, caption: root.querySelector('caption').textContent, tab: region.tabIndex,
                   label: region.getAttribute('aria-label'), busy: region.getAttribute('aria-busy'),
                   right: [...root.querySelectorAll('tbody tr:first-child td')].map((cell) => cell.className) };";
            assert_eq!(
                run(page, body).await?,
                json!({
                    "head": ["id", "price", "name", "nothing"],
                    "rows": [["0", "0.0", "a<b>", "NULL"], ["1", "1.5", "a<b>", "NULL"], ["2", "3.0", "a<b>", "NULL"]],
                    "status": "The first 3 rows in N s",
                    "error": null,
                    "state": "done",
                    "caption": "A few",
                    "tab": 0,
                    "label": "A few",
                    "busy": "false",
                    "right": ["number", "number", "", "null"],
                })
            );
            let body = "return [
                await shown(`<spark-query sql='SELECT 1 AS one WHERE false'></spark-query>`),
                await shown(`<spark-query>SELECT array(1, 2) AS a, map('k', 'v') AS m, struct(1 AS x, 'y' AS y) AS s,
                  X'00ff' AS b, DATE'2024-02-29' AS d, TIMESTAMP'2024-02-29 12:00:00Z' AS t</spark-query>`),
              ];";
            let read = run(page, body).await?;
            assert_eq!(read[0]["head"], json!(["one"]));
            assert_eq!((&read[0]["rows"], &read[0]["status"]), (&json!([]), &json!("0 rows in N s")));
            assert_eq!(
                read[1]["rows"],
                json!([["[1, 2]", "{\"k\": \"v\"}", "{x: 1, y: \"y\"}", "00ff", "2024-02-29", "2024-02-29 12:00:00Z"]])
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn elements_share_a_session_and_follow_their_attributes() -> Result<()> {
    Stage::start()
        .await?
        .on_page(async |page| {
            let body = "await shown(`<spark-query>CREATE TEMP VIEW shared AS SELECT 42 AS answer</spark-query>`);
                 const read = [await shown(`<spark-query>SELECT * FROM shared</spark-query>`)];
                 const element = document.body.lastElementChild;
                 const after = async (change) => { change(); await ended(element); read.push(seen(element)); };
                 await after(() => { element.setAttribute('sql', 'SELECT :n AS n'); element.args = { n: 7 }; });
                 await after(() => element.setAttribute('sql', 'SELECT nobody AS n'));
                 await after(() => { element.removeAttribute('sql'); element.textContent = 'SELECT 8 AS n'; });
                 return read;";
            let read = run(page, body).await?;
            assert_eq!(read[0]["rows"], json!([["42"]]));
            assert_eq!(read[1]["rows"], json!([["7"]]));
            let error = read[2]["error"].as_str().unwrap_or_default();
            assert!(error.contains("nobody") && error.contains("UNRESOLVED_COLUMN"), "{error}");
            // What was there stays readable.
            assert_eq!((&read[2]["rows"], &read[2]["state"]), (&json!([["7"]]), &json!("failed")));
            assert_eq!((&read[3]["rows"], &read[3]["error"]), (&json!([["8"]]), &Value::Null));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn mistakes_say_what_to_do_and_an_element_that_goes_ends_its_query() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let body = "const found = [];
                 for (const html of ['<spark-query></spark-query>', '<spark-query limit=0>SELECT 1</spark-query>']) {
                   document.body.insertAdjacentHTML('beforeend', html);
                   while (document.body.lastElementChild.state === 'waiting') await new Promise((soon) => setTimeout(soon, 10));
                   found.push(seen(document.body.lastElementChild).error);
                 }
                 document.body.insertAdjacentHTML('beforeend', `<spark-query>
                   SELECT sum(a.id * b.id) FROM range(1000000) a, range(1000000) b</spark-query>`);
                 window.endless = document.body.lastElementChild;
                 return found;";
            let found = run(page, body).await?;
            let told = |index: usize, words: &str| found[index].as_str().is_some_and(|text| text.contains(words));
            assert!(told(0, "write SQL into the element") && told(1, "from 1 to 10000"), "{found}");

            let running = "endless.shadowRoot.querySelector('.status').textContent.includes('tasks')";
            page.browser.until(SOON, running).await?;
            let body = "let failed = false;
                 endless.addEventListener('error', () => { failed = true; });
                 endless.remove();
                 // The same session has its tasks again.
                 const table = await shown('<spark-query>SELECT count(*) AS n FROM range(0, 1000, 1, 8)</spark-query>');
                 return [table.rows, failed];";
            assert_eq!(run(page, body).await?, json!([[["1000"]], false]));
            Ok(())
        })
        .await
}
