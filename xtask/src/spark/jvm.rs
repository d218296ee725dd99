//! The command line of a local Spark Connect server. Spark's own launcher is not used: it demands a module that
//! some Java runtimes lack, and starting the server's class directly saves seconds.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::setup::{java::Java, python::Python};

/// What Spark and its libraries reach into; see `JavaModuleOptions` of Spark's launcher.
const OPENED: [&str; 14] = [
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
];
const MAIN: &str = "org.apache.spark.sql.connect.service.SparkConnectServer";
const MEBIBYTE: u64 = 1 << 20;

/// The archive of loaded classes, which halves the time to start.
#[derive(Debug, Clone)]
pub(super) enum Archive {
    /// Written when the server ends.
    Write(PathBuf),
    /// Read; one that does not fit is ignored by Java.
    Read(PathBuf),
    /// This Java cannot write one.
    None,
}

/// What a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// People and tests.
    Development,
    /// PySpark's doctests, which expect it as Spark's own tests start it.
    Doctests,
}

/// What differs between servers.
#[derive(Debug)]
pub(super) struct Options<'a> {
    pub(super) port: u16,
    /// For everything that the server writes.
    pub(super) directory: &'a Path,
    /// Spark's `log4j2.properties`.
    pub(super) logging: &'a Path,
    pub(super) archive: Archive,
    pub(super) manner: Manner,
}

/// The command that starts a server on loopback.
pub(super) fn command(java: &Java, python: &Python, spark_home: &Path, options: &Options<'_>) -> Command {
    let heap = heap(machine_memory());
    let mut command = Command::new(&java.program);
    command
        .current_dir(options.directory)
        .env("SPARK_HOME", spark_home)
        .env("PYSPARK_PYTHON", &python.program)
        // Host names that do not resolve are common in containers.
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("SPARK_LOCAL_DIRS", options.directory)
        .env_remove("SPARK_CONNECT_AUTHENTICATE_TOKEN")
        .arg(format!("-Xmx{}m", heap / MEBIBYTE));
    for package in OPENED {
        command.arg(format!("--add-opens=java.base/{package}=ALL-UNNAMED"));
    }
    if java.major >= 23 {
        command.args([
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
        ]);
    }
    match &options.archive {
        Archive::Write(path) => command.arg(format!("-XX:ArchiveClassesAtExit={}", path.display())),
        Archive::Read(path) => command.arg(format!("-XX:SharedArchiveFile={}", path.display())),
        Archive::None => &mut command,
    };
    if options.manner == Manner::Doctests {
        command.env("SPARK_TESTING", "1");
    }
    let directory = options.directory.display();
    for (name, value) in [
        ("jdk.reflect.useDirectMethodHandle", "false".to_owned()),
        ("io.netty.tryReflectionSetAccessible", "true".to_owned()),
        ("java.io.tmpdir", directory.to_string()),
        ("log4j2.configurationFile", options.logging.display().to_string()),
        ("spark.app.name", "development".to_owned()),
        (
            "spark.master",
            match options.manner {
                Manner::Development => "local[*]".to_owned(),
                Manner::Doctests => "local[4]".to_owned(),
            },
        ),
        ("spark.driver.host", "127.0.0.1".to_owned()),
        ("spark.driver.bindAddress", "127.0.0.1".to_owned()),
        ("spark.driver.maxResultSize", heap.div_euclid(2).to_string()),
        ("spark.ui.enabled", "false".to_owned()),
        ("spark.connect.grpc.binding.address", "127.0.0.1".to_owned()),
        ("spark.connect.grpc.binding.port", options.port.to_string()),
        // Two seconds, the default, look like a standstill.
        ("spark.connect.progress.reportInterval", "200ms".to_owned()),
        // The samples are in the city's time, which is UTC.
        ("spark.sql.session.timeZone", "UTC".to_owned()),
        ("spark.sql.warehouse.dir", format!("{directory}/warehouse")),
        // Few and small, as befits one machine: more tasks than these cost more than they gain, fewer show no progress.
        ("spark.sql.shuffle.partitions", "8".to_owned()),
        ("spark.sql.files.maxPartitionBytes", "8m".to_owned()),
    ] {
        command.arg(format!("-D{name}={value}"));
    }
    command.arg("-cp").arg(spark_home.join("jars/*")).arg(MAIN);
    command
}

/// Half of the machine's memory, between 1 and 4 GiB, in bytes.
fn heap(memory: Option<u64>) -> u64 {
    const GIBIBYTE: u64 = 1 << 30;
    memory.map_or(4 * GIBIBYTE, |memory| (memory / 2).clamp(GIBIBYTE, 4 * GIBIBYTE))
}

/// The memory of the machine, or of the container that we are in, in bytes. None where it is not known.
fn machine_memory() -> Option<u64> {
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let machine = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| total(&text));
    container.into_iter().chain(machine).min()
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heap_fits_the_machine() {
        assert_eq!(heap(Some(2_000_000_000)), 1 << 30);
        assert_eq!(heap(Some(6 << 30)), 3 << 30);
        assert_eq!(heap(Some(64 << 30)), 4 << 30);
        assert_eq!(heap(None), 4 << 30);
        assert_eq!(
            total("MemTotal:       24576000 kB\nMemFree:  1 kB\n"),
            Some(24_576_000 * 1024)
        );
    }

    #[test]
    fn newer_runtimes_get_their_own_options() {
        let python = Python {
            program: "python".into(),
        };
        let words = |major| {
            let java = Java {
                program: "java".into(),
                description: String::new(),
                major,
            };
            let options = Options {
                port: 15002,
                directory: Path::new("data"),
                logging: Path::new("log4j2.properties"),
                archive: Archive::Read("classes.jsa".into()),
                manner: Manner::Development,
            };
            let command = command(&java, &python, Path::new("spark"), &options);
            command
                .get_args()
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        let unsafe_memory = "--sun-misc-unsafe-memory-access=allow".to_owned();
        assert!(words(25).contains(&unsafe_memory));
        assert!(!words(17).contains(&unsafe_memory));
        assert!(words(17).contains(&"-XX:SharedArchiveFile=classes.jsa".to_owned()));
        assert_eq!(words(17).last().map(String::as_str), Some(MAIN));
    }
}
