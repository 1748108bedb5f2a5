//! How much memory PostgreSQL keeps pages in: a quarter of what there is, as its handbook advises. A city whose indexes do not fit is read
//! and written through the kernel at every row.

use std::fs;

const LEAST_MB: u64 = 128;
const MOST_MB: u64 = 8 * 1024;

/// `shared_buffers` for this machine.
pub fn shared_buffers() -> String {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").unwrap_or_default();
    format!("shared_buffers={}MB", quarter_mb(&meminfo, &limit))
}

/// A quarter of the machine's memory, or of what its control group may use if that is less; `max` is no limit.
fn quarter_mb(meminfo: &str, limit: &str) -> u64 {
    let total_kb = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    let limit_bytes = limit.trim().parse::<u64>().ok();
    let total_mb = total_kb.map(|kb| kb / 1024);
    let limit_mb = limit_bytes.map(|bytes| bytes / 1024 / 1024);
    let mb = total_mb.into_iter().chain(limit_mb).min();
    (mb.unwrap_or(0) / 4).clamp(LEAST_MB, MOST_MB)
}

/// Whether the pages of a running PostgreSQL lie in huge pages of the kernel's; `None` where it does not say.
pub fn in_huge_pages(postmaster: u32) -> Option<bool> {
    let mapped = fs::read_to_string(format!("/proc/{postmaster}/smaps_rollup")).ok()?;
    huge_kb(&mapped).map(|kb| kb > 0)
}

/// Huge pages among what a process has mapped, alone or with others.
fn huge_kb(smaps_rollup: &str) -> Option<u64> {
    let huge = smaps_rollup.lines().filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let number = rest.trim().strip_suffix("kB")?.trim().parse::<u64>();
        ["Shared_Hugetlb", "Private_Hugetlb"]
            .contains(&name)
            .then_some(number.ok())?
    });
    huge.reduce(|one, other| one + other)
}

#[cfg(test)]
mod tests {
    use super::{huge_kb, quarter_mb};

    #[test]
    fn huge_pages_are_counted_whether_mapped_alone_or_with_others() {
        let mapped = |shared: u32, private: u32| {
            format!(
                "Rss:  1024 kB\nAnonHugePages:  8192 kB\nShared_Hugetlb:  {shared} kB\nPrivate_Hugetlb: {private} kB\n"
            )
        };
        assert_eq!(huge_kb(&mapped(0, 0)), Some(0));
        assert_eq!(huge_kb(&mapped(2_048, 4_096)), Some(6_144));
        assert_eq!(huge_kb("Rss:  1024 kB\n"), None);
    }

    const EIGHT_GB: &str = "MemTotal:        8388608 kB\nMemFree:          123456 kB\n";

    #[test]
    fn a_quarter_of_the_machine_or_of_what_it_may_use_within_bounds() {
        assert_eq!(quarter_mb(EIGHT_GB, ""), 2_048);
        assert_eq!(quarter_mb(EIGHT_GB, "max\n"), 2_048);
        assert_eq!(quarter_mb(EIGHT_GB, "4294967296\n"), 1_024);
        assert_eq!(quarter_mb(EIGHT_GB, "104857600\n"), 128);
        assert_eq!(quarter_mb("MemTotal:  263882040 kB\n", ""), 8_192);
        assert_eq!(quarter_mb("", ""), 128);
    }
}
