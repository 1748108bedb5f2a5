//! The mutants of `tests/mutants` still fit the code: `script/mutants`, which takes half an hour, builds them and runs the tests
//! that must notice.

use std::path::Path;
use std::process::Command;

#[test]
fn every_mutant_fits_the_code_and_names_the_tests_that_must_notice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/mutants");
    let mut patches = 0;
    for entry in std::fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("a folder of the project").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for header in ["Breaks: ", "Tests: "] {
            let named = text.lines().any(|line| line.starts_with(header));
            assert!(named, "{} has no line {header:?}", path.display());
        }
        let checked = Command::new("git")
            .args(["apply", "--check"])
            .arg(&path)
            .current_dir(root)
            .output()
            .expect("git");
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{}: {said}", path.display());
        patches += 1;
    }
    assert!(patches > 20, "the mutants are gone");
}
