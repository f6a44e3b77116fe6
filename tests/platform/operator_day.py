"""An operator's day, rehearsed on the deployed platform with the repository's own scripts and commands: the first admin and the
first key, a session with a PIN, and both secrets changed meanwhile. Each step that goes wrong ends it."""

import http.client
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PIN = "4711"
EMAIL = "omar.operator@example.com"
PASSWORD = "a few unrelated words"


def check(is_so, what):
    if not is_so:
        raise AssertionError(what)


def cookies(headers):
    return "; ".join(value.partition(";")[0] for value in headers.get_all("Set-Cookie", []))


class Operator:
    """Somebody with the AWS CLI and a checkout. `deploy` deploys with the parameters that it is given and no others."""

    def __init__(self, ministack, stack, url, outputs, deploy):
        self.environment, self.client, self.stack, self.url = ministack.environment, ministack.client, stack, url
        self.outputs, self.deploy = outputs, deploy

    def run(self, command):
        """What a script of the repository prints."""
        with tempfile.TemporaryDirectory(prefix="parlor-operator-") as folder:
            cli = Path(folder) / "aws"
            cli.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} {Path(__file__).with_name('aws.py')} \"$@\"\n")
            cli.chmod(0o700)
            environment = {**self.environment, "PATH": f"{folder}{os.pathsep}{self.environment['PATH']}"}
            done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120)
        check(done.returncode == 0, f"{command[0]} failed: {done.stderr}")
        return done.stdout

    def ask(self, method, path, body=None, key=None, headers=()):
        """What the public origin answers: status, headers and text."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        sent = dict(headers)
        if key:
            sent["Authorization"] = f"Bearer {key}"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def api(self, method, path, key, body=None):
        headers = {"Content-Type": "application/json", "Idempotency-Key": "operator"} if body is not None else {}
        status, _, text = self.ask(method, path, None if body is None else json.dumps(body), key, headers)
        return status, json.loads(text or "null")

    def fill_in(self, path, fields):
        """Fills in the form of a page and sends it, as a browser does: the cookies that came of it."""
        status, headers, page = self.ask("GET", path)
        check(status == 200, f"{path} answers {status}")
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)) | fields
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies(headers), "Origin": self.url}
        status, headers, page = self.ask("POST", path, urllib.parse.urlencode(fields), headers=sent)
        check(status == 303, f"sending {path} answers {status}: {page}")
        return cookies(headers)

    def first_admin(self):
        """The first API key, once the first admin is there."""
        printed = self.run(shlex.split(self.outputs["FirstAdmin"]))
        link = re.search(r"https?://\S+(/setup/\S+)", printed)[1]
        key = re.search(r"parlor_\S+", printed)[0]
        check(self.api("GET", "/v1/settings", key)[0] == 401, "a key without an admin is good")
        self.fill_in(link, {"name": "Omar Haddad", "email": EMAIL, "password": PASSWORD})
        check(self.api("GET", "/v1/settings", key)[0] == 200, "the first key is not good")
        return key

    def change(self, secret, *steps):
        """Changes a secret as docs/operations.md says, deploying after each step. `steps` are steps with what has to hold
        after each."""
        for step, holds in steps:
            deploy = shlex.split(self.run(["infra/change-key.sh", self.stack, secret, step]))
            check(deploy[:3] == ["sam", "deploy", "--stack-name"], f"change-key.sh says to run {deploy}")
            self.deploy(dict(word.split("=", 1) for word in deploy if "=" in word))
            holds(f"{secret}: {step}")

    def day(self):
        key = self.first_admin()
        customer = {"name": "Mara Quist", "email": "mara.operator@example.net"}
        status, session = self.api("POST", "/v1/sessions", key, {"customer": customer, "pin": PIN})
        check(status == 201, f"starting a session answers {status}: {session}")
        signed_in = {"Cookie": self.fill_in("/login", {"email": EMAIL, "password": PASSWORD})}

        def readable(when):
            status, _, text = self.ask("GET", f"/v1/sessions/{session['id']}/pin", headers=signed_in)
            check(status == 200 and json.loads(text)["pin"] == PIN, f"{when}: the PIN answers {status} {text}")

        readable("before")
        self.change("MasterKey", ("accept", readable), ("use", readable))
        self.deploy({})
        readable("after a deployment that says nothing of keys")
        # As from an answer that somebody kept: no value of the parameter brings the old key back.
        self.deploy({"ReadMasterKey": "AWSCURRENT"})
        readable("after a deployment with an old answer")
        self.change("OriginSecret", ("accept", readable), ("use", readable), ("forget", readable))
        self.restore()
        return {"ends": "well"}

    def restore(self):
        """A second stack around a table that exists, as docs/operations.md restores one. The table is made by hand, because the
        platform has no point-in-time recovery."""
        formation, dynamodb = self.client("cloudformation"), self.client("dynamodb")
        template = formation.get_template(StackName=self.stack, TemplateStage="Processed")["TemplateBody"]
        # A text where nothing was to be processed, as here; AWS answers with an object.
        template = yaml.safe_load(template) if isinstance(template, str) else template
        core = next(name for name in dynamodb.list_tables()["TableNames"] if "CoreTable" in name)
        like = dynamodb.describe_table(TableName=core)["Table"]
        dynamodb.create_table(
            TableName="parlor-restored", BillingMode="PAY_PER_REQUEST", KeySchema=like["KeySchema"],
            AttributeDefinitions=like["AttributeDefinitions"], StreamSpecification=like["StreamSpecification"],
            GlobalSecondaryIndexes=[
                {name: index[name] for name in ("IndexName", "KeySchema", "Projection")} for index in like["GlobalSecondaryIndexes"]
            ],
        )
        template["Resources"]["CoreTable"]["Properties"]["TableName"] = "parlor-restored"
        bucket = self.client("s3").list_buckets()["Buckets"][0]["Name"]
        self.client("s3").put_object(Bucket=bucket, Key="restored.json", Body=json.dumps(template).encode())
        formation.create_change_set(
            StackName="parlor-2", ChangeSetName="restore", ChangeSetType="CREATE", ImportExistingResources=True,
            TemplateURL=f"{self.environment['AWS_ENDPOINT_URL']}/{bucket}/restored.json", Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value}
                        for name, value in (("PublicUrl", self.url), ("MailFrom", "parlor@parlor.example"))],
        )
        formation.get_waiter("change_set_create_complete").wait(StackName="parlor-2", ChangeSetName="restore")
        pages = formation.get_paginator("describe_change_set").paginate(StackName="parlor-2", ChangeSetName="restore")
        changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
        imported = [change["LogicalResourceId"] for change in changes if change["Action"] == "Import"]
        check(imported == ["CoreTable"], f"imported are {imported}")
        check({change["Action"] for change in changes} == {"Import", "Add"}, "something is neither imported nor added")
        formation.execute_change_set(StackName="parlor-2", ChangeSetName="restore")
        formation.get_waiter("stack_create_complete").wait(StackName="parlor-2", WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        table = formation.describe_stack_resource(StackName="parlor-2", LogicalResourceId="CoreTable")
        check(table["StackResourceDetail"]["PhysicalResourceId"] == "parlor-restored", "the stack has another table")
