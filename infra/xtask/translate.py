"""Translates a SAM template into CloudFormation, as AWS does when it is deployed. `sam validate --lint` does not, and so
misses what only the translation finds: events of a shape that SAM refuses, for one.

Usage: translate.py TEMPLATE. Prints the number of resources, or what is wrong with which.
"""

import os
import sys

# Nothing is asked of any region; the translator wants one to be there.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# CloudFormation's limit.
MOST_RESOURCES = 500

AWS_POLICIES = {
    name: f"arn:aws:iam::aws:policy/{name}"
    for name in ["AWSXRayDaemonWriteAccess", "service-role/AWSLambdaBasicExecutionRole"]
}


def main(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file)
    # `sam build` and `sam package` put the uploaded code here.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: p.get("Default", "https://example.com") for name, p in template["Parameters"].items()}
    try:
        translated = Translator(AWS_POLICIES, Parser()).translate(template, parameters)
    except InvalidDocumentException as error:
        return "\n".join([error.message] + [cause.message for cause in error.causes])
    count = len(translated["Resources"])
    print(f"{count} resources")
    return f"more than {MOST_RESOURCES}" if count > MOST_RESOURCES else None


sys.exit(main(sys.argv[1]))
