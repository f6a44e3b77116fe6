"""Translates a SAM template into CloudFormation, as AWS does when it is deployed. `sam validate --lint` does not, and so
misses what only the translation finds: events of a shape that SAM refuses, for one.

Usage: translate.py TEMPLATE. Prints the number of resources, without and with traffic that is shifted, or what is wrong with which.
"""

import json
import os
import sys
from pathlib import Path

# Nothing is asked of any region; the translator wants one to be there.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# The first of the two transforms, `AWS::LanguageExtensions`. sam's own drops some of the template's `Fn::Sub` on the way.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/platform"))
from template import read  # noqa: E402

# CloudFormation's limits. Whether it counts a reference to a secret once for each place is not said, so here it is.
MOST_RESOURCES = 500
MOST_REFERENCES = 60

AWS_POLICIES = {
    name: f"arn:aws:iam::aws:policy/{name}"
    for name in ["AWSXRayDaemonWriteAccess", "service-role/AWSLambdaBasicExecutionRole"]
}


def translated(template, **given):
    """What CloudFormation gets of a template, with parameters `given`."""
    # `sam build` and `sam package` put the uploaded code here.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    defaults = {name: parameter.get("Default", "https://example.com") for name, parameter in template["Parameters"].items()}
    return Translator(AWS_POLICIES, Parser()).translate(template, defaults | given)


def main(path):
    for shifting in ("no", "Canary10Percent10Minutes"):
        try:
            template = translated(read(path), ShiftTraffic=shifting)
        except InvalidDocumentException as error:
            return "\n".join([error.message] + [cause.message for cause in error.causes])
        resources, references = len(template["Resources"]), json.dumps(template).count("{{resolve:")
        print(f"{resources} resources and {references} dynamic references with ShiftTraffic={shifting}")
        if resources > MOST_RESOURCES or references > MOST_REFERENCES:
            return f"more than {MOST_RESOURCES} and {MOST_REFERENCES}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
