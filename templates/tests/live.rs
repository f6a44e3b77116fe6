//! The live client is a script, so its tests are too; this runs them with Node.

use std::path::Path;
use std::process::Command;

#[test]
fn the_live_client_keeps_its_promises() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live.test.mjs");
    let run = Command::new("node")
        .args(["--test", "--test-reporter=tap"])
        .arg(&file)
        .output()
        .expect("this test needs the program `node` (20 or newer) on the PATH");
    let report = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{report}");
    assert!(report.contains("# pass ") && !report.contains("# pass 0"), "{report}");
}
