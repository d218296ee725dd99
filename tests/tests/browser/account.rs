//! Who is signed in: the way in and out through an OpenID Connect issuer, and what the page says meanwhile.

use std::{fs, time::Duration};

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser_despite},
    environment,
    servers::{Bridge, free_port},
};
use serde_json::json;
use uuid::Uuid;

use crate::issuer::{Issuer, Key};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn people_sign_in_run_a_query_and_sign_out() -> Result<()> {
    let issuer = Issuer::start(vec![Key::new("first")]).await;
    let port = free_port()?;
    let directory = std::env::temp_dir().join(format!("account-{}", Uuid::new_v4()));
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("secret"), "a secret&more")?;
    let settings = directory.join("bridge.toml");
    let text = format!(
        "[identity.oidc]\nissuer = \"{}\"\naudience = [\"bridge\"]\n\
         [identity.oidc.login]\nclient_id = \"notebook\"\nclient_secret_file = \"secret\"\n\
         external_url = \"http://127.0.0.1:{port}/\"\n",
        issuer.url()
    );
    fs::write(&settings, text)?;
    let flags = ["--config", &settings.to_string_lossy()];
    let bridge = Bridge::start_with(port, &environment::spark_remote()?, &flags).await?;
    // Chromium itself says that the page's first calls were refused.
    let refused = |line: &str| line.contains("401");
    let result = in_browser_despite(&bridge.url(), refused, async |browser| {
        let page = Notebook::usable(browser).await?;
        page.set_source(1, "SELECT 'typed before signing in' AS word")
            .await?;
        browser
            .until(SOON, "document.querySelector('header a[href=\"/auth/login\"]')")
            .await?;
        let told = "document.querySelector('.banner.bad a[href=\"/auth/login\"]')";
        browser.until(SOON, told).await?;

        let saved = "document.querySelector('.save-note').textContent === 'Saved'";
        browser.until(SOON, saved).await?;
        let follow = async |link: &str| {
            browser.until(SOON, link).await?;
            browser.js::<()>(&format!("{link}.click()"), vec![]).await?;
            let known = "document.querySelector('.account')?.textContent === 'Ada Lovelace'";
            browser.until(SOON, known).await?;
            Notebook::ready(browser).await
        };
        let page = follow("document.querySelector('header a[href=\"/auth/login\"]')").await?;
        assert_eq!(page.source(1).await?, "SELECT 'typed before signing in' AS word");
        page.click(1, ".run-button").await?;
        page.finished(1).await?;
        assert_eq!(page.row(1, 0).await?, ["typed before signing in"]);

        // Signed in no longer, as after some hours: the cell that found out leads back.
        browser.cdp("Network.clearBrowserCookies", json!({})).await?;
        page.click(1, ".run-button").await?;
        let page = follow("document.querySelector('.cell .error a[href=\"/auth/login\"]')").await?;
        page.click(1, ".run-button").await?;
        page.finished(1).await?;

        let sign_out =
            "[...document.querySelectorAll('header button')].find((b) => b.textContent === 'Sign out')";
        browser.js::<()>(&format!("({sign_out}).click()"), vec![]).await?;
        browser
            .until(SOON, "document.querySelector('header a[href=\"/auth/login\"]')")
            .await?;
        let address: String = browser.js("return location.href", vec![]).await?;
        ensure!(address == format!("{}/", bridge.url()), "{address}");
        Ok(())
    })
    .await;
    fs::remove_dir_all(directory)?;
    result
}
