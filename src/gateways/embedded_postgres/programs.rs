//! PostgreSQL's programs on this system: where they are and which major version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// Oldest PostgreSQL that Xuncha's schema and settings are made for.
pub const OLDEST_MAJOR: u32 = 15;

/// Parents of folders named by version, and what lies below these: Debian's, Red Hat's, Alpine's.
const VERSIONED: [(&str, &str); 3] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/usr/libexec", ""),
];

/// The programs of one installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    bin: PathBuf,
    /// Major version: 15, 16, …
    pub major: u32,
}

impl Programs {
    /// Looks in `explicit` alone when given; else where `pg_config` says, then in the usual folders, newest first. The
    /// version that made existing data wins over a newer one.
    pub fn find(explicit: Option<&Path>, data_major: Option<u32>) -> Result<Self, EmbeddedError> {
        let folders = match explicit {
            Some(folder) => vec![folder.to_owned()],
            None => usual_folders(),
        };
        let mut found: Vec<Self> = folders
            .iter()
            .filter_map(|folder| Self::at(folder))
            .collect();
        let searched: Vec<String> = folders
            .iter()
            .map(
                |folder| match found.iter().find(|programs| programs.bin == *folder) {
                    Some(programs) => {
                        format!("{} (PostgreSQL {})", folder.display(), programs.major)
                    }
                    None => folder.display().to_string(),
                },
            )
            .collect();
        found.retain(|programs| programs.major >= OLDEST_MAJOR);
        let fitting = found
            .iter()
            .find(|programs| Some(programs.major) == data_major);
        fitting
            .or(found.first())
            .cloned()
            .ok_or_else(|| EmbeddedError::NoPrograms {
                searched: searched.join(", "),
            })
    }

    /// Folder of the programs.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    pub fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    fn at(bin: &Path) -> Option<Self> {
        let programs = Self {
            bin: bin.to_owned(),
            major: 0,
        };
        if !programs.initdb().is_file() {
            return None;
        }
        let major = major_in(&output_of(
            Command::new(programs.postgres()).arg("--version"),
        )?)?;
        Some(Self { major, ..programs })
    }
}

fn usual_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = output_of(Command::new("pg_config").arg("--bindir"))
        .map(|bindir| PathBuf::from(bindir.trim()))
        .into_iter()
        .collect();
    for (parent, below) in VERSIONED {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().into_string().ok()?;
                let version = name
                    .trim_start_matches("postgresql")
                    .trim_start_matches("pgsql-");
                Some((version.parse().ok()?, entry.path().join(below)))
            })
            .collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        folders.extend(versions.into_iter().map(|(_, folder)| folder));
    }
    folders.extend(["/usr/bin", "/usr/local/bin"].map(PathBuf::from));
    folders.dedup();
    folders
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// From `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `18beta1`.
fn major_in(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        assert_eq!(
            major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_in("postgres (PostgreSQL) 19beta2\n"), Some(19));
        assert_eq!(major_in("something else 15.1"), None);
    }
}
