//! How much memory the server takes, by what the kernel counts.

use std::fs;

use anyhow::Context as _;

/// What it holds now, in bytes.
pub fn resident(pid: u32) -> anyhow::Result<u64> {
    read(pid, "VmRSS:")
}

/// The most that it has held since [`forget_peak`], in bytes.
pub fn peak(pid: u32) -> anyhow::Result<u64> {
    read(pid, "VmHWM:")
}

/// Counts from here on.
pub fn forget_peak(pid: u32) -> anyhow::Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("cannot reset the peak of memory")
}

fn read(pid: u32, field: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"))
        .with_context(|| format!("the kernel tells no {field}"))?;
    Ok(kib.parse::<u64>()? * 1_024)
}
