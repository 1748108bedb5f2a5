//! What the system says of a process: its time and its memory.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Linux counts processor time in hundredths of a second, for every program.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of a process, in the program and in the system, all threads together.
pub fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (user, system) = times(&stat).context("/proc/PID/stat has another form")?;
    Ok(TICK * (user + system))
}

/// Processor time of all processes below one, those that ended too.
pub fn cpu_below(pid: u32) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    for child in children(pid)? {
        let Ok(stat) = fs::read_to_string(format!("/proc/{child}/stat")) else {
            continue;
        };
        let (user, system) = times(&stat).context("/proc/PID/stat has another form")?;
        let (user_ended, system_ended) = times_of_ended(&stat).unwrap_or_default();
        sum += TICK * (user + system + user_ended + system_ended);
        sum += cpu_below(child)?;
    }
    Ok(sum)
}

/// The most memory that a process has had at once, in bytes.
pub fn peak_memory(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .context("/proc/PID/status has another form")?
        .trim()
        .parse()?;
    Ok(kibibytes * 1024)
}

fn children(pid: u32) -> anyhow::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        if field(&stat, 1) == Some(pid) {
            found.push(id);
        }
    }
    Ok(found)
}

fn times(stat: &str) -> Option<(u32, u32)> {
    Some((field(stat, 11)?, field(stat, 12)?))
}

fn times_of_ended(stat: &str) -> Option<(u32, u32)> {
    Some((field(stat, 13)?, field(stat, 14)?))
}

/// A field behind the name, which may have blanks in it; the state is field 0.
fn field(stat: &str, index: usize) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(index)?.parse().ok()
}
