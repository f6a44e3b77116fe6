"""infra/template.yaml as ministack can deploy it: what ministack does not understand is said in words that it does."""

import json
import platform
import secrets
import string
from functools import cache
from types import SimpleNamespace

import yaml
from samtranslator.translator.transform import transform


class _Intrinsics(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref`, `!Sub` ...) as their long ones."""


def _intrinsic(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Intrinsics.add_multi_constructor("!", _intrinsic)


def read(path):
    """The template of the repository, with what it says once for many (`Fn::ForEach`) said for each."""
    with open(path, encoding="utf-8") as file:
        template = yaml.load(file, _Intrinsics)
    template["Resources"] = _expand_loops(template["Resources"])
    return template


def _expand_loops(resources):
    """What AWS's first transform does, as far as the template uses it; ministack knows only what comes after."""
    expanded = {}
    for key, value in resources.items():
        if not key.startswith("Fn::ForEach::"):
            expanded[key] = value
            continue
        variable, words, body = value
        for word in words:
            text = json.dumps(body).replace(f"${{{variable}}}", word)
            # `{"Ref": {"Fn::Sub": "AdminLogs"}}` names a resource only once the loop is gone.
            expanded |= json.loads(text, object_hook=_plain_reference)
    return expanded


def _plain_reference(value):
    if isinstance(value.get("Ref"), dict):
        return {"Ref": value["Ref"]["Fn::Sub"]}
    return value


def binaries(template):
    """Each function's logical name and the package that its `bootstrap` is built from."""
    return {
        name: resource["Metadata"]["BuildProperties"]["Binary"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def routes(template):
    """Each route of the HTTP API: its method (`ANY` for all), its path, and the logical name of the function that answers."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::HttpApi":
            for path, operations in resource["Properties"]["DefinitionBody"]["paths"].items():
                for method, operation in operations.items():
                    yield _verb(method), path, _answering(operation)


def _verb(method):
    return "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()


def _answering(operation):
    """The function of an operation of the API's body: how it is called has its name."""
    return operation["x-amazon-apigateway-integration"]["$ref"].rpartition("/")[2]


def adapt(template, *, zips, endpoint, parameters):
    """The template for ministack at `endpoint`, as `sam build` would leave it: `zips` holds a zip for each package. SAM makes a
    version of a function when what `parameters` give it has changed.

    Every change answers a difference in the list of docs/platforms.md; nothing else of the template changes.
    """
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    template["Globals"]["Function"]["Architectures"] = [machine]
    packages = binaries(template)
    for name in packages:
        # Only for the translator, which wants the code to be uploaded already.
        template["Resources"][name]["Properties"]["CodeUri"] = "s3://bucket/key"
    # Difference 4: `execute-api` has no host names of its own here.
    gateway = f"{endpoint.removeprefix('http://')}/_aws/execute-api/${{SocketApi}}/live"
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    variables["PARLOR_LIVE_URL"] = {"Fn::Sub": f"ws://{gateway}"}
    variables["PARLOR_LIVE_ENDPOINT"] = {"Fn::Sub": f"http://{gateway}"}
    # Nor have buckets.
    variables["PARLOR_FILES_ORIGIN"] = endpoint
    # Difference 5: no TLS in front, nor before the bucket, whose policy asks for it.
    del template["Parameters"]["PublicUrl"]["AllowedPattern"]
    del template["Resources"]["FilesBucketPolicy"]
    translated = transform(template, parameters, SimpleNamespace(load=lambda: {}))
    for name, binary in packages.items():
        translated["Resources"][name]["Properties"]["Code"] = str((zips / f"{binary}.zip").resolve())
    _expand_routes(translated["Resources"])
    for statement in _statements(translated["Resources"].values()):
        # Difference 7: whose mail is sent is not known where it is asked whether it may be.
        if statement["Action"] == "ses:SendEmail":
            statement["Resource"] = "*"
            del statement["Condition"]
    for name, resource in list(translated["Resources"].items()):
        # Difference 6: `ExcludePunctuation` is not heard, and punctuation is no base64.
        if resource["Type"] == "AWS::SecretsManager::Secret":
            length = resource["Properties"].pop("GenerateSecretString")["PasswordLength"]
            resource["Properties"]["SecretString"] = _generated(name, length)
        # Nobody asks for the gateway's permissions (difference 11).
        permission = resource["Type"] == "AWS::Lambda::Permission"
        if permission and resource["Properties"]["Principal"] == "apigateway.amazonaws.com":
            del translated["Resources"][name]
        # Nor what counts in logs, which nobody reads here (difference 16).
        if resource["Type"] == "AWS::Logs::MetricFilter":
            del translated["Resources"][name]
        # Difference 14: alarms know one metric each.
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]:
            del translated["Resources"][name]
    return translated


@cache
def _generated(name, length):
    """A secret's first value, which stays the same whenever the stack is deployed again."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def _statements(resources):
    """What roles allow, in policies of their own and in named ones."""
    for resource in resources:
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield from resource["Properties"]["PolicyDocument"]["Statement"]
        elif resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", []):
                yield from policy["PolicyDocument"]["Statement"]


def _expand_routes(resources):
    """Difference 1: the OpenAPI body of an HTTP API is ignored, so each of its operations becomes a route."""
    for api_name, api in list(resources.items()):
        if api["Type"] != "AWS::ApiGatewayV2::Api" or "Body" not in api["Properties"]:
            continue
        body = api["Properties"].pop("Body")
        api["Properties"].update({"Name": api_name, "ProtocolType": "HTTP"})
        api["Properties"].pop("FailOnWarnings", None)
        for function, integration in body["components"]["x-amazon-apigateway-integrations"].items():
            resources[f"{api_name}{function}"] = {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    "ApiId": {"Ref": api_name},
                    "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": integration["uri"],
                    "PayloadFormatVersion": integration["payloadFormatVersion"],
                },
            }
        for path, operations in body["paths"].items():
            for method, operation in operations.items():
                function = _answering(operation)
                resources[f"{api_name}Route{len(resources)}"] = {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {
                        "ApiId": {"Ref": api_name},
                        "RouteKey": "$default" if path == "/$default" else f"{_verb(method)} {path}",
                        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"{api_name}{function}"}]]},
                    },
                }
