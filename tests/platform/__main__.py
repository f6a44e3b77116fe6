"""Parlor on ministack: deploys the template with real `bootstrap`s, and serves until standard input ends.

    python tests/platform --template infra/template.yaml --sam target/tools/template/bin/sam --programs target/debug \
        --zips target/platform --log ministack.log

prints one line of JSON when it serves: what `tests/src/platform.rs` reads. Each line of standard input is a command and
is answered by a line: `plant NAME` (plants.py), `roles`, `remove N`, `restore N` (roles.py), `logs`, `operate` (operator_day.py). `cargo xtask test`
runs it in an environment of its own, made from requirements.txt. What is adapted here to ministack's differences from AWS is
listed in docs/platforms.md, by number.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

import commands
import front
import plants
import template
from operator_day import Operator
from package import package
from roles import Roles

REGION = "eu-central-1"
STACK = "parlor"
MAIL_FROM = "parlor@parlor.example"
# ministack takes this one for the account's root; presigned URLs need it, too.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
PATIENCE_SECONDS = 120
REPOSITORY = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Ministack:
    """One ministack of our own, in memory, with a folder of its own for what it unpacks."""

    def __init__(self, log):
        port = free_port()
        self.server = ("127.0.0.1", port)
        # What the stack was deployed with so far.
        self.parameters = {}
        self.endpoint = f"http://127.0.0.1:{port}"
        self.folder = tempfile.mkdtemp(prefix="parlor-platform-")
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment.update(ROOT)
        environment.update({
            "TMPDIR": self.folder,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            # ministack hands it to every function, which finds the services by it.
            "AWS_ENDPOINT_URL": self.endpoint,
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AUTH": "true",
            "LAMBDA_EXECUTOR": "local",
            # They would take ports that are not ours to take.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        })
        self.environment = environment
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("emulator.py")],
            env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )

    def wait(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"ministack ended with {self.process.returncode}; its log says why")
            try:
                return self.get("/_ministack/health")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise SystemExit(f"ministack did not answer within {PATIENCE_SECONDS} s")

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=30) as answer:
            return json.load(answer)

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id=ROOT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ROOT["AWS_SECRET_ACCESS_KEY"], config=Config(retries={"max_attempts": 1}),
        )

    def stop(self):
        # Its functions are processes below it and end when their Runtime API is gone.
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def deploy(ministack, sam, source, zips, overrides):
    """Deploys by the README's own command, with nobody there to answer a question: the physical id of each of the stack's
    resources, by logical name. `overrides` are parameters in place of those that the README gives; the others stay as they were."""
    ministack.parameters |= overrides
    with tempfile.TemporaryDirectory(prefix="parlor-checkout-") as folder:
        checkout = Path(folder)
        # Where `sam build` leaves it.
        built = checkout / ".aws-sam/build/template.yaml"
        built.parent.mkdir(parents=True)
        adapted = template.adapt(source, zips=zips, endpoint=ministack.endpoint, parameters=dict(ministack.parameters))
        built.write_text(json.dumps(adapted), encoding="utf-8")
        config = checkout / "samconfig.toml"
        shutil.copy(REPOSITORY / config.name, config)
        command = commands.deploy_command(REPOSITORY / "README.md")
        place = command.index("--parameter-overrides")
        command[place:] = ["--parameter-overrides", *(f"{name}={value}" for name, value in overrides.items())]
        if not overrides:
            del command[place:]
        done = subprocess.run(
            [sam, *command[1:]], cwd=checkout, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE_SECONDS, env={**ministack.environment, "SAM_CLI_TELEMETRY": "0"},
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        if config.read_bytes() != (REPOSITORY / config.name).read_bytes():
            raise SystemExit(f"{' '.join(command)} saved its answers into {config.name}")
    resources = ministack.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}


def origin_headers(ministack, distribution):
    """What the deployed distribution shows the API. ministack's own CloudFront finds no `execute-api`, so the front shows
    it (difference 15)."""
    config = ministack.client("cloudfront").get_distribution_config(Id=distribution)["DistributionConfig"]
    headers = config["Origins"]["Items"][0]["CustomHeaders"]["Items"]
    return {header["HeaderName"]: header["HeaderValue"] for header in headers}


class Functions:
    """The deployed functions, by the names of their packages."""

    def __init__(self, ministack, names):
        self.ministack, self.names, self.client = ministack, names, ministack.client("lambda")

    def run(self, binary):
        """Invokes one as its schedule does: whether it failed, and its answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self.client.invoke(FunctionName=self.names[binary], Payload=b"{}")
                return "FunctionError" in answer, json.loads(answer["Payload"].read() or b"null")
            except self.client.exceptions.TooManyRequestsException:
                # A schedule's function runs once at a time, and the platform's own schedule may be running it.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def environment(self, binary):
        """The variables of one."""
        configuration = self.client.get_function_configuration(FunctionName=self.names[binary])
        return configuration["Environment"]["Variables"]

    def url(self, binary):
        """The own URL of one, without a slash at its end. It has a path here instead of a host name (difference 4)."""
        url = self.client.get_function_url_config(FunctionName=self.names[binary], Qualifier="live")["FunctionUrl"]
        return f"{self.ministack.endpoint}/_aws/lambda-url/{url.removeprefix('https://').partition('.')[0]}"

    def send_to(self, dynamodb):
        """Lets all of them find DynamoDB at an address, or where it is. Their processes begin anew."""
        for binary, name in self.names.items():
            variables = self.environment(binary)
            variables.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
            if dynamodb:
                variables["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb
            self.client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
            # What is called by a route is a version, which keeps the variables that it has.
            for alias in self.client.list_aliases(FunctionName=name)["Aliases"]:
                version = self.client.publish_version(FunctionName=name)["Version"]
                self.client.update_alias(FunctionName=name, Name=alias["Name"], FunctionVersion=version)


def outbox(ministack):
    """What was sent, in the one-machine stack's words, oldest first for each recipient. No times: ministack keeps none of
    texts."""
    mails = [mail for account in ministack.get("/_ministack/ses/messages")["messages"].values() for mail in account]
    texts = [text for phone in ministack.get("/_ministack/sns/sms-messages")["sms_messages"].values() for text in phone]
    return [
        {"channel": "email", "to": mail["To"][0], "subject": mail["Subject"], "text": mail["BodyText"],
         "html": mail["BodyHtml"]}
        for mail in mails
    ] + [{"channel": "sms", "to": text["PhoneNumber"], "text": text["Message"]} for text in texts]


def logs(ministack, groups):
    """What each function wrote to its log; no line where it wrote nothing but what the platform says of every invocation."""
    client = ministack.client("logs")
    said = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")
    texts = {}
    for binary, group in groups.items():
        texts[binary] = ""
        try:
            for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
                lines = (event["message"] for event in page["events"])
                texts[binary] += "".join(f"{line}\n" for line in lines if not line.startswith(said))
        except client.exceptions.ResourceNotFoundException:
            pass
    return texts


def main():
    parser = argparse.ArgumentParser(description="Parlor on ministack")
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--sam", type=Path, required=True, help="the SAM CLI")
    parser.add_argument("--programs", type=Path, required=True, help="where cargo put the functions' programs")
    parser.add_argument("--zips", type=Path, required=True, help="where a zip for each function is put")
    parser.add_argument("--log", type=Path, required=True, help="where ministack's own log goes")
    options = parser.parse_args()
    os.environ["AWS_DEFAULT_REGION"] = REGION

    since = time.monotonic()
    sizes = package(options.programs, options.zips, template.binaries(template.read(options.template)).values())
    print(f"{len(sizes)} zips, {min(sizes.values()) >> 10} to {max(sizes.values()) >> 10} KB, "
          f"{time.monotonic() - since:.1f} s", file=sys.stderr)

    since = time.monotonic()
    with open(options.log, "wb") as log:
        ministack = Ministack(log)
        try:
            ministack.wait()
            # The functions need the origin before there is an API that it could lead to.
            site, url = front.serve(None)
            # What an operator does once by hand: the sender has to be verified.
            ministack.client("sesv2").create_email_identity(EmailIdentity=MAIL_FROM)
            # Those who listen for webhooks are tests on this machine, and all come from one address.
            parameters = {"PublicUrl": url, "MailFrom": MAIL_FROM, "WebhookTargets": "loopback",
                          "RatePerKey": "0", "RatePerPerson": "0", "RatePerAddress": "0"}
            sam = options.sam.resolve()
            resources = deploy(ministack, sam, template.read(options.template), options.zips, parameters)
            binaries = template.binaries(template.read(options.template))
            names = {binary: resources[name] for name, binary in binaries.items()}
            functions = Functions(ministack, names)
            planted = ["nothing"]
            api = f"/_aws/execute-api/{resources['HttpApi']}/$default"
            wrong = lambda *answer: plants.PLANTS.get(planted[0], plants.nothing)(*answer)

            def show():
                shown = origin_headers(ministack, resources["Front"])
                site.RequestHandlerClass = front.origin(ministack.server, api, shown, wrong)

            show()
            wrong_inside = lambda *answer: plants.INSIDE.get(planted[0], plants.untouched)(*answer)
            _, inside = front.serve(front.services(ministack.server, wrong_inside))
            _, beside = front.serve(front.tools(lambda: outbox(ministack), functions.run))
            store = functions.environment("session-start")
            signs = {"PARLOR_SIGNING_KEY": functions.environment("document-sign")["PARLOR_SIGNING_KEY"]}
            environment = {**store, **signs, **ROOT, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": ministack.endpoint}
            urls = {binary: functions.url(binary) for name, binary in binaries.items() if f"{name}Url" in resources}
            ready = {"url": url, "outbox_url": f"{beside}/outbox.json", "schedules_url": f"{beside}/schedules",
                     "function_urls": urls, "environment": environment}
            print(f"deployed in {time.monotonic() - since:.1f} s", file=sys.stderr)
            print(json.dumps(ready), flush=True)
            roles = Roles(ministack.client("iam"), {binary: resources[f"{name}Role"] for name, binary in binaries.items()})

            def plant(name):
                if (planted[0] in plants.INSIDE) != (name in plants.INSIDE):
                    functions.send_to(inside if name in plants.INSIDE else None)
                planted[0] = name
                return {**plants.PLANTS, **plants.INSIDE}[name].__doc__

            def operate():
                def deploy_again(parameters):
                    deploy(ministack, sam, template.read(options.template), options.zips, parameters)
                    show()

                stack = ministack.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
                outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
                try:
                    return Operator(ministack, STACK, url, outputs, deploy_again).day()
                except AssertionError as failure:
                    return {"failed": str(failure)}

            answers = {
                "operate": operate,
                "plant": plant,
                "roles": roles.list,
                "logs": lambda: logs(ministack, {binary: resources[f"{name}Logs"] for name, binary in binaries.items()}),
                "remove": lambda number: roles.remove(int(number)),
                "restore": lambda number: roles.restore(int(number)),
            }
            for line in sys.stdin:
                command, *arguments = line.split()
                print(json.dumps(answers[command](*arguments)), flush=True)
        finally:
            ministack.stop()


if __name__ == "__main__":
    main()
