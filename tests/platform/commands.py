"""The commands that the documents tell an operator to run, read from there."""

import re
import shlex


def deploy_command(document):
    """The first `sam deploy` in a shell block of `document`, as words."""
    for block in re.findall(r"^```sh\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            _, found, command = line.partition("sam deploy")
            if found:
                return ["sam", "deploy", *shlex.split(command, comments=True)]
    raise SystemExit(f"{document} has no `sam deploy`")
