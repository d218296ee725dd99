//! Chromium and its driver, for the end-to-end tests. The only thing that may be installed system-wide: by apt,
//! when we are root or run in continuous integration, and saying so.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;

use super::NETWORK;
use crate::{
    process,
    progress::{Step, say},
};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const DRIVER: &str = "chromedriver";
const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// A browser that tests can drive.
#[derive(Debug)]
pub(crate) struct Browser {
    /// The Chromium executable.
    pub(crate) program: PathBuf,
    /// The chromedriver executable.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds Chromium and chromedriver, or installs them where that is permitted.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        let packages = PACKAGES.join(" ");
        let permitted = geteuid().is_root() || env::var("CI").is_ok_and(|ci| ci == "true");
        let Some(apt) = process::find("apt-get").filter(|_| permitted) else {
            bail!(
                "the end-to-end tests need Chromium and chromedriver on the path; on Debian: apt-get install \
                 {packages}; elsewhere install Chromium or Chrome and the chromedriver of the same version"
            );
        };
        say(&format!(
            "Chromium or its driver is missing: installing {packages} system-wide with apt-get."
        ));
        let step = Step::start("Install Chromium");
        for words in [&["update"][..], &["install", "--yes", "--no-install-recommends"]] {
            let mut command = Command::new(&apt);
            command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
            if words.len() > 1 {
                command.args(PACKAGES);
            }
            process::run_or(&step, &mut command, NETWORK)?;
        }
        step.done("");
        Self::find().with_context(|| format!("{packages} are installed, yet not all on the path"))
    }

    fn find() -> Option<Self> {
        let program = BROWSERS.iter().find_map(|name| process::find(name))?;
        Some(Self {
            program,
            driver: process::find(DRIVER)?,
        })
    }
}
