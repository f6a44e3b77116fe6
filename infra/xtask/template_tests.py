"""What AWS's own tools do not ask of infra/template.yaml: that an operator cannot easily go wrong with it.

`cargo xtask test --only template` runs it; alone: `target/tools/template/bin/python infra/xtask/template_tests.py -v`.
"""

import copy
import json
import re
import sys
import unittest
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/platform"))
from commands import deploy_command  # noqa: E402
from template import read, routes  # noqa: E402
from translate import translated  # noqa: E402

TEMPLATE = read(ROOT / "infra/template.yaml")
PARAMETERS = TEMPLATE["Parameters"]
RESOURCES = TEMPLATE["Resources"]
ROUTES = list(routes(TEMPLATE))
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


class Keeping(unittest.TestCase):
    def test_a_first_deployment_that_fails_leaves_nothing_behind(self):
        # `Retain` would keep an empty table and a secret, under names that the next try does not know.
        for name, resource in RESOURCES.items():
            self.assertIn(resource.get("DeletionPolicy", "Delete"), ("Delete", "RetainExceptOnCreate"), name)
        # A protected table could not be taken back either, so the protection comes with a second deployment.
        self.assertEqual(PARAMETERS["ProtectTables"]["Default"], "no")
        # Nor is anything asked for that a new account cannot give.
        self.assertEqual(PARAMETERS["ReserveConcurrency"]["Default"], "no")

    def test_what_cannot_be_made_again_is_kept_and_tables_can_be_protected(self):
        for name in ("CoreTable", "MasterKey", "FilesBucket", "SigningKey"):
            self.assertEqual(RESOURCES[name]["DeletionPolicy"], "RetainExceptOnCreate", name)
            self.assertEqual(RESOURCES[name]["UpdateReplacePolicy"], "Retain", name)
        for name, table in of_type("AWS::DynamoDB::Table").items():
            protected = table["Properties"]["DeletionProtectionEnabled"]
            self.assertEqual(protected, {"Fn::If": ["ProtectsTables", True, False]}, name)
        for document in ("README.md", "docs/operations.md"):
            self.assertIn("ProtectTables=yes", (ROOT / document).read_text(), document)


class Scanning(unittest.TestCase):
    def test_a_file_is_read_on_the_word_of_the_storage_or_of_the_scanner_and_never_of_both(self):
        self.assertEqual(PARAMETERS["ScanFiles"]["Default"], "no")
        events = RESOURCES["DocumentRead"]["Properties"]["Events"]
        states = {name: event["Properties"]["State"] for name, event in events.items()}
        self.assertEqual(states, {"Uploaded": {"Fn::If": ["ScansFiles", "DISABLED", "ENABLED"]},
                                  "Scanned": {"Fn::If": ["ScansFiles", "ENABLED", "DISABLED"]}})
        # Both speak of the same files.
        stored, scanned = (events[name]["Properties"]["Pattern"]["detail"] for name in ("Uploaded", "Scanned"))
        self.assertEqual(stored["bucket"]["name"], scanned["s3ObjectDetails"]["bucketName"])
        self.assertEqual(stored["object"]["key"], scanned["s3ObjectDetails"]["objectKey"])


def accepts(name, value):
    """Whether CloudFormation takes `value` for a parameter. Its patterns are Java's, which agree with Python's on these."""
    parameter = PARAMETERS[name]
    if "AllowedValues" in parameter:
        return value in [str(allowed) for allowed in parameter["AllowedValues"]]
    if "MinValue" in parameter:
        return parameter["MinValue"] <= int(value) <= parameter["MaxValue"]
    return bool(re.fullmatch(parameter["AllowedPattern"], value)) and len(value) <= parameter.get("MaxLength", 4096)


class Refusing(unittest.TestCase):
    def test_what_works_is_taken_and_what_cannot_work_is_refused(self):
        cases = {
            "PublicUrl": (["https://parlor.example.com", "https://d111111abcdef8.cloudfront.net"],
                          ["http://parlor.example.com", "https://parlor.example.com/", "https://Parlor.example.com", "parlor.example.com",
                           "https://a@parlor.example.com", "https://parlor.example.com:8443", "https://localhost", ""]),
            "CertificateArn": (["", "arn:aws:acm:us-east-1:123456789012:certificate/1a2b-3c"],
                               ["arn:aws:acm:eu-central-1:123456789012:certificate/1a2b-3c", "parlor.example.com"]),
            "HostedZoneId": (["", "Z0123456789ABC"], ["example.com", "/hostedzone/Z0123456789ABC"]),
            "WebAclArn": (["", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/front/1a2b-3c"],
                          ["arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/front/1a2b-3c"]),
            "FunctionUrls": (["yes", "no"], ["", "off"]),
            "MailFrom": (["parlor@example.com", "no-reply+a.b@mail.example.co.uk"],
                         ["Acme <parlor@example.com>", "<parlor@example.com>", "parlor@localhost", "example.com", "a@b@example.com",
                          "parlor@example.com,other@example.com", "parlor@example.com ", ".a@example.com", "ü@example.com",
                          "parlor@Example.com", ""]),
            "SmsSender": (["", "Parlor", "ACME-24", "+15550100"], ["Twelve-Signs", "12345", "Two words", "Ärzte", "+0155"]),
            "AlarmTopic": (["", "arn:aws:sns:eu-central-1:123456789012:alarms"], ["alarms", "alarms@example.com",
                           "arn:aws:sns:eu-central-1:123456789012:alarms.fifo"]),
            "RequestsPerSecond": (["10", "2000"], ["0", "-1", "100000"]),
            **{name: (["0", "60"], ["-1", "1000001"]) for name in ("RatePerKey", "RatePerPerson", "RatePerAddress")},
            "LogDays": (["30"], ["31", "0"]),
            "LogLevel": (["warn"], ["debug"]),
            "Tracing": (["Active", "Disabled"], ["PassThrough"]),
            "ShiftTraffic": (["Canary10Percent10Minutes", "Linear10PercentEvery1Minute"], ["yes", "AllAtOnce", ""]),
            **{name: (["AWSCURRENT", "BLUE", "GREEN"], ["", "AWSPREVIOUS"]) for name in ("ReadMasterKey", "ReadOriginSecret")},
            **{name: (["yes", "no"], ["", "true"])
               for name in ("LiveAccessLog", "ReserveConcurrency", "ProtectTables", "ScanFiles", "Stopped")},
            "WebhookTargets": (["public", "loopback"], [""]),
            "OutboxUrl": (["", "http://localhost:3000/outbox"], ["https://parlor.example.com/outbox", "http://localhost:3000"]),
        }
        self.assertEqual(sorted(cases), sorted(PARAMETERS), "every parameter has its cases")
        for name, (good, bad) in cases.items():
            default = PARAMETERS[name].get("Default")
            for value in good + ([str(default)] if default is not None else []):
                self.assertTrue(accepts(name, value), f"{name}={value}")
            for value in bad:
                self.assertFalse(accepts(name, value), f"{name}={value}")
            if "AllowedPattern" in PARAMETERS[name]:
                self.assertTrue(PARAMETERS[name].get("ConstraintDescription"), f"{name} says what is wrong")

    def test_what_only_works_together_is_refused_apart(self):
        asserted = [assertion for rule in TEMPLATE["Rules"].values() for assertion in rule["Assertions"]]
        self.assertTrue(all(assertion["AssertDescription"] for assertion in asserted))
        self.assertEqual(set(TEMPLATE["Rules"]), {
            "OneNameForAll", "FunctionUrlsAreNotEverywhere", "OneKindOfRegions", "LoopbackIsForTests",
        })


class Everywhere(unittest.TestCase):
    def test_two_regions_of_one_account_do_not_collide(self):
        # What is one list for all regions of an account, and may have a name that we give.
        of_the_account = {
            "AWS::CloudFront::CachePolicy": lambda properties: properties["CachePolicyConfig"]["Name"],
            "AWS::CloudFront::OriginRequestPolicy": lambda properties: properties["OriginRequestPolicyConfig"]["Name"],
            "AWS::CloudFront::ResponseHeadersPolicy": lambda properties: properties["ResponseHeadersPolicyConfig"]["Name"],
            "AWS::CloudFront::Function": lambda properties: properties["Name"],
            "AWS::CloudWatch::Dashboard": lambda properties: properties["DashboardName"],
            "AWS::IAM::Role": lambda properties: properties.get("RoleName"),
            "AWS::IAM::ManagedPolicy": lambda properties: properties.get("ManagedPolicyName"),
            "AWS::S3::Bucket": lambda properties: properties.get("BucketName"),
        }
        for name, resource in RESOURCES.items():
            given = of_the_account.get(resource["Type"], lambda _: None)(resource["Properties"])
            if given is not None:
                self.assertIn("${AWS::Region}", str(given), name)
                self.assertIn("${AWS::StackName}", str(given), name)

    def test_function_urls_are_off_by_a_word(self):
        urls = of_type("AWS::Lambda::Url")
        self.assertEqual(len(urls), 14)
        for name, url in urls.items():
            self.assertEqual(url["Condition"], "HasFunctionUrls", name)
            self.assertEqual(TEMPLATE["Outputs"][name]["Condition"], "HasFunctionUrls", name)
        for name, function in of_type("AWS::Serverless::Function").items():
            self.assertNotIn("FunctionUrlConfig", function["Properties"], f"{name}: SAM's cannot be switched off")
        for name, permission in of_type("AWS::Lambda::Permission").items():
            if permission["Properties"]["Principal"] == "*":
                self.assertEqual(permission["Condition"], "HasFunctionUrls", name)


class Routes(unittest.TestCase):
    BODY = RESOURCES["HttpApi"]["Properties"]["DefinitionBody"]

    def test_every_function_that_answers_routes_is_called_by_its_name_and_may_be(self):
        answering = {function for _, _, function in ROUTES}
        integrations = self.BODY["components"]["x-amazon-apigateway-integrations"]
        self.assertEqual(set(integrations), answering)
        for name, integration in integrations.items():
            self.assertIn(f"/functions/${{{name}Aliaslive}}/invocations", integration["uri"]["Fn::Sub"], name)
            self.assertEqual((integration["type"], integration["payloadFormatVersion"]), ("aws_proxy", "2.0"), name)
        by_gateway = {
            name: permission["Properties"] for name, permission in of_type("AWS::Lambda::Permission").items()
            if permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        }
        # One for each function, and of this API.
        called = sorted(permission["FunctionName"]["Ref"] for permission in by_gateway.values())
        self.assertEqual(called, sorted(f"{name}Aliaslive" for name in answering))
        for name, permission in by_gateway.items():
            self.assertTrue(permission["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*/*"), name)
            self.assertEqual(permission["Action"], "lambda:InvokeFunction", name)

    def test_routes_stand_in_the_api_and_one_takes_the_rest(self):
        for name, function in of_type("AWS::Serverless::Function").items():
            for event in function["Properties"].get("Events", {}).values():
                self.assertNotEqual(event["Type"], "HttpApi", f"{name}: SAM makes a permission of it, and a stack may have 500 resources")
        for path, operations in self.BODY["paths"].items():
            default = [operation.get("isDefaultRoute", False) for operation in operations.values()]
            self.assertEqual(default, [path == "/$default"] * len(default), path)
            for operation in operations.values():
                self.assertRegex(operation["x-amazon-apigateway-integration"]["$ref"],
                                 r"^#/components/x-amazon-apigateway-integrations/\w+$", path)
        self.assertIn("/$default", self.BODY["paths"])


class Shifting(unittest.TestCase):
    ON = "Canary10Percent10Minutes"

    @classmethod
    def setUpClass(cls):
        cls.off, cls.on = (translated(copy.deepcopy(TEMPLATE), ShiftTraffic=word)["Resources"] for word in ("no", cls.ON))
        live = RESOURCES["SocketApi"]["Properties"]["Routes"].values()
        cls.called = {function for _, _, function in ROUTES} | {route["FunctionArn"]["Ref"].removesuffix("Aliaslive") for route in live}

    def test_it_is_off_by_default_and_makes_nothing_then(self):
        self.assertEqual(PARAMETERS["ShiftTraffic"]["Default"], "no")
        self.assertEqual(sorted(TEMPLATE["Mappings"]["ShiftTraffic"]), sorted(PARAMETERS["ShiftTraffic"]["AllowedValues"]))
        self.assertFalse([name for name, resource in self.off.items() if "CodeDeploy" in resource["Type"] or "UpdatePolicy" in resource])

    def test_what_routes_call_is_shifted_and_what_else_runs_is_not(self):
        groups = {name for name, resource in self.on.items() if resource["Type"] == "AWS::CodeDeploy::DeploymentGroup"}
        # A page of new code needs the files of new code.
        self.assertEqual(groups, {f"{name}DeploymentGroup" for name in self.called - {"StaticFiles"}})
        for resources in (self.off, self.on):
            aliases = {name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Alias"}
            self.assertEqual(aliases, {f"{name}Aliaslive" for name in self.called})

    def test_nothing_calls_such_a_function_past_its_alias(self):
        own = ("AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias")
        for name, resource in self.on.items():
            if resource["Type"] not in own:
                self.assertFalse(named(resource) & self.called, name)

    def test_nothing_waits_for_itself(self):
        # cfn-lint looks at the template with its defaults only.
        for resources in (self.off, self.on):
            depends = {name: resource.get("DependsOn", []) for name, resource in resources.items()}
            waits = {name: named(resource) | set([depends[name]] if isinstance(depends[name], str) else depends[name])
                     for name, resource in resources.items()}
            # Raises an error that names the circle.
            TopologicalSorter({name: others & set(resources) for name, others in waits.items()}).prepare()

    def test_failures_of_requests_and_of_the_live_connection_take_it_back(self):
        names = {json.dumps({"Ref": name}): name for name in of_type("AWS::CloudWatch::Alarm")}
        names[json.dumps(RESOURCES["ApiFailuresAlarm"]["Properties"]["AlarmName"])] = "ApiFailuresAlarm"
        for name, group in self.on.items():
            if group["Type"] == "AWS::CodeDeploy::DeploymentGroup":
                alarms = {names[json.dumps(alarm["Name"])] for alarm in group["Properties"]["AlarmConfiguration"]["Alarms"]}
                self.assertEqual(alarms, {"ErrorsAlarm", "ApiFailuresAlarm", "LiveFailuresAlarm"}, name)
                self.assertTrue(group["Properties"]["AutoRollbackConfiguration"]["Enabled"], name)

    def test_a_parameter_that_changes_a_function_publishes_it(self):
        # Else its alias would go on with the version before: with an old key, say.
        name = next(iter(sorted(self.called)))
        alone = {**TEMPLATE, "Resources": {name: RESOURCES[name]}}

        def version(**given):
            return next(key for key in translated(copy.deepcopy(alone), **given)["Resources"] if key.startswith(f"{name}Version"))

        says = named(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["PARLOR_DEPLOYED_WITH"])
        for parameter in PARAMETERS:
            self.assertEqual(version(**{parameter: "another"}) != version(), parameter in says, parameter)
        # The same of all that has a version. How much of it may run at once has none.
        for called in self.called:
            properties = {**self.on[called]["Properties"], "ReservedConcurrentExecutions": None}
            self.assertEqual(named(properties) & set(PARAMETERS), says, called)


def named(value):
    """The names that a part of the template refers to."""
    if isinstance(value, list):
        return set().union(*map(named, value))
    if not isinstance(value, dict):
        return set()
    names = set().union(*map(named, value.values()))
    if "Ref" in value:
        names.add(value["Ref"])
    if "Fn::GetAtt" in value:
        names.add(value["Fn::GetAtt"][0])
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        names |= {name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
    return names


class Stopping(unittest.TestCase):
    def test_functions_are_stopped_and_started_by_a_word_that_forgets_no_reservation(self):
        word = TEMPLATE["Globals"]["Function"]["ReservedConcurrentExecutions"]
        self.assertEqual(word, {"Fn::If": ["IsStopped", 0, {"Ref": "AWS::NoValue"}]})
        for name, function in of_type("AWS::Serverless::Function").items():
            own = function["Properties"].get("ReservedConcurrentExecutions", word)
            self.assertEqual(own["Fn::If"][:2], ["IsStopped", 0], name)
        self.assertNotIn("function-concurrency", (ROOT / "docs/operations.md").read_text())

    def test_restoring_imports_the_table_into_a_stack_that_is_made(self):
        handbook = (ROOT / "docs/operations.md").read_text()
        # A change set of the type IMPORT allows nothing but imports; a larger template than this has to be uploaded.
        self.assertNotIn("IMPORT", handbook)
        for word in ("--import-existing-resources", "--change-set-type CREATE", "--template-url"):
            self.assertIn(word, handbook)
        self.assertGreater((ROOT / "infra/template.yaml").stat().st_size, 51_200)
        # Only what is kept may be imported.
        self.assertEqual(RESOURCES["CoreTable"]["DeletionPolicy"], "RetainExceptOnCreate")


class Watching(unittest.TestCase):
    def test_refusals_are_no_failures_of_the_live_connection(self):
        self.assertEqual(RESOURCES["LiveFailuresAlarm"]["Properties"]["MetricName"], "ExecutionError")

    def test_throttles_of_the_core_table_and_every_index_are_watched_for_reads_and_writes(self):
        for word in ("Read", "Write"):
            query = RESOURCES[f"CoreTable{word}ThrottlesAlarm"]["Properties"]["Metrics"][0]["Expression"]["Fn::Sub"]
            # Without a dimension for the index, it takes those of the indexes, too.
            self.assertEqual(query, f"SELECT SUM({word}ThrottleEvents) FROM \"AWS/DynamoDB\" WHERE TableName = '${{CoreTable}}'")
        # The other has no index, and nothing that is kept.
        for name, table in of_type("AWS::DynamoDB::Table").items():
            self.assertEqual("GlobalSecondaryIndexes" in table["Properties"], name == "CoreTable", name)

    def test_what_is_given_up_is_counted_and_what_could_not_be_started_is_kept(self):
        given_up = {(name, filter["Properties"]["FilterPattern"]) for name, filter in of_type("AWS::Logs::MetricFilter").items()
                    if filter["Properties"]["MetricTransformations"][0]["MetricName"] == "GivenUp"}
        self.assertEqual(given_up, {(f"{function}{what}", f'{{ $.message = "{message}" }}') for function, what, message in (
            ("Deliver", "DeadLettered", "dead-lettered"), ("RetryDeliveries", "DeadLettered", "dead-lettered"),
            ("DeliverWebhooks", "Disabled", "webhook-disabled"), ("RetryWebhooks", "Disabled", "webhook-disabled"))})
        self.assertEqual(RESOURCES["GivenUpAlarm"]["Properties"]["MetricName"], "GivenUp")
        queue = {"Fn::GetAtt": ["DeadLetters", "Arn"]}
        for name, function in of_type("AWS::Serverless::Function").items():
            for event in function["Properties"].get("Events", {}).values():
                kept = event["Properties"].get("DeadLetterConfig") or event["Properties"]["DestinationConfig"]["OnFailure"]
                self.assertEqual(kept.get("Arn") or kept.get("Destination"), queue, name)

    def test_late_metrics_are_no_silence(self):
        properties = RESOURCES["SilentSchedulesAlarm"]["Properties"]
        self.assertGreaterEqual(properties["DatapointsToAlarm"], 3)

    def test_every_schedule_is_watched(self):
        watched = {
            metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"]
            for metric in RESOURCES["SilentSchedulesAlarm"]["Properties"]["Metrics"]
            if "MetricStat" in metric
        }
        scheduled = {
            name for name, function in of_type("AWS::Serverless::Function").items()
            if any(event["Type"] == "ScheduleV2" for event in function["Properties"].get("Events", {}).values())
        }
        # The bucket calls that one, too, so its runs say nothing of its schedule.
        self.assertEqual(watched, scheduled - {"DocumentFile"})

    def test_every_alarm_stands_in_the_handbook(self):
        handbook = (ROOT / "docs/operations.md").read_text()
        for name in of_type("AWS::CloudWatch::Alarm"):
            self.assertIn(f"`{name.removesuffix('Alarm')}`", handbook, name)

    def test_without_traffic_nothing_is_paid_for_but_secrets_a_key_alarms_and_schedules(self):
        self.assertEqual(PARAMETERS["Tracing"]["Default"], "Disabled")
        for name, table in of_type("AWS::DynamoDB::Table").items():
            self.assertNotIn("SSESpecification", table["Properties"], f"{name}: a key of KMS is paid for by request")
        metrics = sum(
            sum(metric.get("ReturnData") is False for metric in alarm["Properties"].get("Metrics", [])) or 1
            for alarm in of_type("AWS::CloudWatch::Alarm").values()
        )
        # Dollars a month in us-east-1, without free tiers; schedules, their functions and their logs are measured in
        # docs/operations.md. Metrics of our own are paid for by the hour in which they have a value.
        month = 0.40 * len(of_type("AWS::SecretsManager::Secret")) + 0.10 * metrics + 0.38
        month += 1.00 * len(of_type("AWS::KMS::Key"))
        self.assertLessEqual(month, 4)
        self.assertIn(f"About **{month:.2f}**", (ROOT / "docs/operations.md").read_text())


class Rights(unittest.TestCase):
    def test_the_master_key_is_only_where_something_is_sealed_opened_signed_or_verified(self):
        self.assertNotIn("PARLOR_MASTER_KEY", TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
        without = {
            resource["Metadata"]["BuildProperties"]["Binary"]
            for resource in of_type("AWS::Serverless::Function").values()
            if "PARLOR_MASTER_KEY" not in resource["Properties"].get("Environment", {}).get("Variables", {})
        }
        self.assertEqual(without, {"session-read", "static-files", "live-message", "live-disconnect", "sweep-access",
                                   "sweep-inactivity", "document-read", "document-finish", "document-sign", "document-join", "pack-files",
                                   "document-file", "apply-retention", "verify-document", "logo-file"})

    def test_the_front_is_known_to_those_that_answer_it_and_to_nobody_else(self):
        answering = {function for _, _, function in ROUTES}
        for name, function in of_type("AWS::Serverless::Function").items():
            own = function["Properties"].get("Environment", {}).get("Variables", {})
            self.assertEqual(own.get("PARLOR_ORIGIN_SECRET"), None if name in answering else "", name)

    def test_every_statement_about_a_table_says_of_which_partitions_it_is(self):
        # Agents' and teams' own lists begin with an id, which has no prefix.
        anything = {"dynamodb:DescribeStream", "index/by_agent", "index/running"}
        for name, statement in statements():
            actions, resource = str(statement["Action"]), str(statement.get("Resource"))
            if "dynamodb:" in actions and not any(word in actions + resource for word in anything):
                keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
                self.assertTrue(keys, f"{name}: {statement}")
                self.assertNotIn("*", keys, name)

    def test_who_answers_operations_or_signs_in_may_count_requests(self):
        # A count that is refused is no error to anybody, so only this notices.
        counting = {name for name, statement in statements()
                    if "RATE#*" in statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])}
        for name, function in of_type("AWS::Serverless::Function").items():
            own = {(method, path) for method, path, answering in ROUTES if answering == name}
            counts = ("POST", "/login") in own or any(path.startswith("/v1/") for _, path in own)
            allowing = {policy["Ref"] for policy in function["Properties"].get("Policies", []) if "Ref" in policy} | {name}
            # Its one operation is the API's document, which is a file.
            self.assertEqual(bool(allowing & counting), counts and name != "StaticFiles", name)

    def test_every_statement_about_files_says_of_which_prefixes_it_is_and_none_lists(self):
        for name, statement in statements():
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if not any(action.startswith("s3:") for action in actions) or statement["Effect"] == "Deny":
                continue
            # R25: what is erased is erased by one function.
            may = {"s3:DeleteObject"} if name == "ApplyRetention" else set()
            self.assertLessEqual(set(actions), {"s3:GetObject", "s3:PutObject"} | may, name)
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            for resource in resources:
                self.assertRegex(resource["Fn::Sub"], r"^\$\{FilesBucket\.Arn\}/[a-z-]+/\*((/form)?\.(json|png|jpg))?$", name)

    def test_steps_about_documents_reach_no_table_and_only_one_of_them_the_key(self):
        for name in ("DocumentRead", "DocumentFinish", "DocumentSign", "DocumentJoin", "PackFiles"):
            policies = json.dumps(RESOURCES[name]["Properties"]["Policies"])
            self.assertNotIn("dynamodb:", policies, name)
            self.assertNotIn('"Ref"', policies, f"{name} shares rights with others")
            self.assertEqual("kms:" in policies, name == "DocumentSign", name)
        bucket = RESOURCES["FilesBucket"]["Properties"]
        self.assertTrue(all(bucket["PublicAccessBlockConfiguration"].values()))
        self.assertEqual(bucket["VersioningConfiguration"]["Status"], "Enabled")


if __name__ == "__main__":
    unittest.main()
