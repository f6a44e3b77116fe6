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


def of_type(kind):
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def statements():
    """What roles allow, with the name of the resource that says it."""
    for name, resource in RESOURCES.items():
        properties = resource["Properties"]
        documents = [properties.get("PolicyDocument", {})]
        documents += [own["PolicyDocument"] for own in properties.get("Policies", []) if "PolicyDocument" in own]
        documents += [own for own in properties.get("Policies", []) if "Statement" in own]
        for document in documents:
            for statement in document.get("Statement", []):
                yield name, statement


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


class Keys(unittest.TestCase):
    def test_no_parameter_can_bring_an_old_key_back(self):
        references = re.findall(r"resolve:secretsmanager:[^}]*\}([^}]*)\}", (ROOT / "infra/template.yaml").read_text())
        self.assertTrue(references)
        # No version by its id: a label, and every label is on the newest version (infra/change-key.sh).
        self.assertEqual(set(references), {":SecretString::${ReadMasterKey", ":SecretString::${ReadOriginSecret"})
        script = (ROOT / "infra/change-key.sh").read_text()
        for name in ("ReadMasterKey", "ReadOriginSecret"):
            self.assertIn("--version-stages " + " ".join(PARAMETERS[name]["AllowedValues"]), script)


class Rights(unittest.TestCase):
    def test_the_master_key_is_only_where_something_is_sealed_opened_signed_or_verified(self):
        self.assertNotIn("PARLOR_MASTER_KEY", TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
        without = {
            resource["Metadata"]["BuildProperties"]["Binary"]
            for resource in of_type("AWS::Serverless::Function").values()
            if "PARLOR_MASTER_KEY" not in resource["Properties"].get("Environment", {}).get("Variables", {})
        }
        self.assertEqual(without, {"session-read", "static-files", "live-message", "live-disconnect", "sweep-access",
                                   "sweep-inactivity"})

    def test_every_statement_about_a_table_says_of_which_partitions_it_is(self):
        # Agents' and teams' own lists begin with an id, which has no prefix.
        anything = {"dynamodb:DescribeStream", "index/by_agent"}
        for name, statement in statements():
            actions, resource = str(statement["Action"]), str(statement.get("Resource"))
            if "dynamodb:" in actions and not any(word in actions + resource for word in anything):
                keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
                self.assertTrue(keys, f"{name}: {statement}")
                self.assertNotIn("*", keys, name)


if __name__ == "__main__":
    unittest.main()
