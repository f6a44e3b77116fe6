"""What AWS's own tools do not ask of infra/template.yaml: that an operator cannot easily go wrong with it.

`cargo xtask test --only template` runs it; alone: `target/tools/template/bin/python infra/xtask/template_tests.py -v`.
"""

import re
import sys
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/platform"))
from commands import deploy_command  # noqa: E402
from template import read  # noqa: E402

TEMPLATE = read(ROOT / "infra/template.yaml")
PARAMETERS = TEMPLATE["Parameters"]
RESOURCES = TEMPLATE["Resources"]
SAMCONFIG = (ROOT / "samconfig.toml").read_text()


class Deploying(unittest.TestCase):
    def test_the_readme_deploys_with_one_command_that_asks_nothing(self):
        command = deploy_command(ROOT / "README.md")
        self.assertEqual(command[:2], ["sam", "deploy"])
        self.assertNotIn("--guided", command)
        given = {word.partition("=")[0] for word in command if "=" in word}
        needed = {name for name, parameter in PARAMETERS.items() if "Default" not in parameter}
        self.assertEqual(given, needed)
        self.assertIn("confirm_changeset = false", SAMCONFIG)

    def test_nothing_tells_to_deploy_in_guided_mode(self):
        for path in [ROOT / "samconfig.toml", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
            self.assertFalse("deploy --guided" in path.read_text(), path)
        self.assertNotIn("parameter_overrides", SAMCONFIG, "an answer in a tracked file comes back")

    def test_every_parameter_is_explained_in_one_group(self):
        interface = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(PARAMETERS))
        for name, parameter in PARAMETERS.items():
            self.assertTrue(parameter.get("Description"), name)


if __name__ == "__main__":
    unittest.main()
