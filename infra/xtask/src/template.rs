//! The part `template` of `cargo xtask test`: what AWS's own tools say of `infra/template.yaml`, and what they do not ask.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::{Failure, root, tools};

pub(crate) fn python() -> Result<PathBuf, Failure> {
    tools::python("template", &root().join("infra/xtask/template.txt"))
}

/// Runs the four side by side, and answers with what each is called and what it said if it found something wrong.
pub(crate) fn check() -> Result<Vec<(&'static str, Option<String>)>, Failure> {
    let python = python()?;
    let checks: [(&str, &str, &[&str]); 4] = [
        ("cfn-lint", "cfn-lint", &["infra/template.yaml"]),
        ("sam validate --lint", "sam", &["validate", "--lint", "--template-file", "infra/template.yaml"]),
        ("translation", "python", &["infra/xtask/translate.py", "infra/template.yaml"]),
        ("what an operator needs", "python", &["infra/xtask/template_tests.py"]),
    ];
    let mut running = Vec::new();
    for (name, program, arguments) in checks {
        let child = Command::new(python.with_file_name(program))
            .args(arguments)
            .current_dir(root())
            // A region, because the tools want one; none is asked.
            .envs([("AWS_DEFAULT_REGION", "us-east-1"), ("SAM_CLI_TELEMETRY", "0"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("{program} cannot be started: {error}")))?;
        running.push((name, child));
    }
    let mut said = Vec::new();
    for (name, child) in running {
        let output = child.wait_with_output().map_err(|error| Failure::new(format!("{name}: {error}")))?;
        let text = [output.stdout, output.stderr].concat();
        said.push((name, (!output.status.success()).then(|| String::from_utf8_lossy(&text).into_owned())));
    }
    Ok(said)
}
