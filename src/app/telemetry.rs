//! The log and the metrics of the process. The log goes to standard error, so that standard output stays for results.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing_subscriber::EnvFilter;

use super::config::variable;
use crate::http::server::Metrics;

const METRICS_TOKEN: &str = "XUNCHA_METRICS_TOKEN";
/// Seconds; from a cached answer to a photo over a bad line.
const BUCKETS: [f64; 11] = [
    0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0,
];
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Options of the log.
#[derive(Args)]
pub(super) struct LogArgs {
    /// What to log: a level, or levels by module, such as `info,xuncha::jobs=debug`.
    #[arg(long, global = true, env = "XUNCHA_LOG", default_value = "info,actix_server=warn", value_name = "FILTER", value_parser = parse_filter)]
    log: String,
    /// How lines look.
    #[arg(long, global = true, env = "XUNCHA_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts the log of this process.
pub(super) fn start_log(args: &LogArgs) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&args.log))
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal());
    match args.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

/// Starts collecting metrics. Must be called inside a runtime.
pub(super) fn start_metrics(behind_proxy: bool) -> anyhow::Result<Metrics> {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("metrics cannot be collected")?;
    let render = recorder.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(UPKEEP_EVERY);
        loop {
            every.tick().await;
            recorder.run_upkeep();
        }
    });
    Ok(Metrics {
        render: Some(Arc::new(move || render.render())),
        token: variable(METRICS_TOKEN),
        behind_proxy,
    })
}

fn parse_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| {
            format!("{error}; expected a level (error, warn, info, debug, trace) or module=level")
        })
}
