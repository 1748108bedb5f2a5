//! A phone's photo to both renditions, EXIF, SHA-256 and fingerprint, beside `sharp` (libvips), which makes the two renditions only.
//! Each is a process of its own that repeats the same photo; they take turns.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use image::imageops::{self, FilterType};
use image::{ImageFormat, ImageReader, Pixel as _};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde_json::{Value, json};
use xuncha::gateways::images::examine;

use crate::arguments::Arguments;
use crate::figures::{Goal, Table, Times, grouped, ms};

const PHOTO: &[u8] = include_bytes!("../../tests/it/fixtures/photos/oneplus-gps.jpg");
/// What phones with 12 megapixels make.
const SIZE: (u32, u32) = (4_032, 3_024);
const RUNS: usize = 20;
const ROUNDS: usize = 3;
const RATIO: Goal = Goal::AtMost(0.8);

/// What one process says of its repetitions.
struct Said {
    times: Vec<Duration>,
    cpu: Duration,
    peak_bytes: f64,
}

/// Measures both, and writes the rows.
pub fn measure(
    arguments: &Arguments,
    table: &mut Table,
    say: &impl Fn(&str),
) -> anyhow::Result<()> {
    let (runs, rounds) = if arguments.quick {
        (5, 1)
    } else {
        (RUNS, ROUNDS)
    };
    let folder = tempfile::tempdir()?;
    table.heading([
        "photos of 12 megapixels",
        "median",
        "p95",
        "CPU a photo",
        "memory at most",
        "ratio",
        "measured over",
    ]);
    for progressive in [false, true] {
        let kind = if progressive {
            "progressive"
        } else {
            "baseline"
        };
        say(&format!(
            "a {kind} JPEG, {runs} times each, {rounds} rounds"
        ));
        let file = folder.path().join(kind);
        let bytes = photo(progressive)?;
        fs::write(&file, &bytes)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            theirs.push(of_sharp(&arguments.sharp, &file, runs)?);
            ours.push(of_ours(&file, runs)?);
        }
        let megabytes = bytes.len() / 100_000;
        let name = format!("{kind}, {}.{} MB", megabytes / 10, megabytes % 10);
        let sharp = row(
            table,
            &format!("sharp, renditions only: {name}"),
            &theirs,
            None,
        )?;
        row(table, &format!("xuncha, all: {name}"), &ours, Some(sharp))?;
    }
    Ok(())
}

fn row(
    table: &mut Table,
    name: &str,
    rounds: &[Said],
    beside: Option<Duration>,
) -> anyhow::Result<Duration> {
    let times = Times::of(rounds.iter().flat_map(|said| said.times.clone()).collect())?;
    let cpu: Duration = rounds.iter().map(|said| said.cpu).sum();
    let count = u32::try_from(rounds.len())?;
    let peak = rounds
        .iter()
        .map(|said| said.peak_bytes)
        .fold(0.0, f64::max);
    let median = times.median();
    let ratio = beside.map(|other| {
        let ratio = median.as_secs_f64() / other.as_secs_f64();
        format!("{ratio:.2} ({})", RATIO.of(ratio, ""))
    });
    table.row([
        name.to_owned(),
        ms(median),
        ms(times.p95()),
        ms(cpu / count),
        format!("{} MiB", grouped(peak / 1_048_576.0)),
        ratio.unwrap_or_default(),
        format!("{} photos", times.count()),
    ]);
    Ok(median)
}

/// As large as a phone's and as full of detail: the test photo made larger.
fn photo(progressive: bool) -> anyhow::Result<Vec<u8>> {
    let part = ImageReader::with_format(Cursor::new(PHOTO), ImageFormat::Jpeg).decode()?;
    let mut whole = imageops::resize(&part.into_rgb8(), SIZE.0, SIZE.1, FilterType::Triangle);
    let mut grain = 1_u32;
    for pixel in whole.pixels_mut() {
        // Enlarged it is smoother than what a phone sends: the grain of its sensor, by a linear congruence.
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let light = u8::try_from(grain >> 28).unwrap_or(0);
        *pixel = pixel.map(|part| part.saturating_sub(8).saturating_add(light));
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    // EXIF 2.32 tag 0x0112: to be turned a quarter clockwise.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    encoder.add_exif_metadata(exif)?;
    let (width, height) = (u16::try_from(SIZE.0)?, u16::try_from(SIZE.1)?);
    encoder.encode(whole.as_raw(), width, height, ColorType::Rgb)?;
    Ok(file)
}

fn of_sharp(folder: &Path, file: &Path, runs: usize) -> anyhow::Result<Said> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/photos/sharp.mjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .arg(folder)
        .arg(file)
        .arg(runs.to_string());
    said(command)
}

fn of_ours(file: &Path, runs: usize) -> anyhow::Result<Said> {
    let mut command = Command::new(std::env::current_exe()?);
    // What every call must name, and this one has no use for.
    command.args(["--pg-bin", ".", "--sharp", ".", "--rustus", "."]);
    command.args(["--repeat", &runs.to_string(), "--examine"]);
    command.arg(file);
    said(command)
}

fn said(mut command: Command) -> anyhow::Result<Said> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {words}");
    let said: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| {
        said.get(name)
            .and_then(Value::as_f64)
            .context("a figure is missing")
    };
    let times = said
        .get("took_ms")
        .and_then(Value::as_array)
        .context("no times")?;
    Ok(Said {
        times: times
            .iter()
            .filter_map(|ms| Some(Duration::from_secs_f64(ms.as_f64()? / 1_000.0)))
            .collect(),
        cpu: Duration::from_secs_f64(number("cpu_ms")? / 1_000.0),
        peak_bytes: number("peak_bytes")?,
    })
}

/// What the process of its own does: the photo again and again, and then the figures on stdout.
pub fn examine_again_and_again(file: &Path, runs: usize) -> anyhow::Result<()> {
    let photo = fs::read(file)?;
    let once = || -> anyhow::Result<()> {
        let renditions = examine(&photo).renditions?;
        ensure!(renditions.fingerprints.is_some(), "no fingerprint");
        Ok(())
    };
    for _ in 0..3 {
        once()?;
    }
    let mut took = Vec::new();
    let before = cpu_ms()?;
    for _ in 0..runs {
        let begun = Instant::now();
        once()?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let cpu = (cpu_ms()? - before) / f64::from(u32::try_from(runs)?);
    let figures = json!({ "took_ms": took, "cpu_ms": cpu, "peak_bytes": peak_bytes()? });
    Ok(writeln!(std::io::stdout(), "{figures}")?)
}

/// Processor time of this process so far, by clock ticks of 10 ms.
fn cpu_ms() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit(')').next().context("a strange stat")?;
    let ticks: Vec<f64> = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    Ok(ticks.iter().sum::<f64>() * 10.0)
}

fn peak_bytes() -> anyhow::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .context("no VmHWM")?
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(kib * 1_024.0)
}
