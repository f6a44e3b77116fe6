"""ministack itself, but for what it does not do as AWS does, by the numbers of docs/platforms.md:

- 18: two waits with each call of a function, which would be most of the tests' time: 40 ms, because it sends an event in two
  pieces with Nagle's algorithm on; and 50 ms for what the function may have logged. Here 5 ms are enough: a function writes
  before it answers, and what is read later comes with the next call.
- 19: a stream is read for a function whose role may not do what a mapping needs.
- 20: mail goes to every address. SES refuses those on its suppression list; here, as on one machine, that is a domain.
- 22: a secret's new version gets no label of our own when it becomes the current one.
- 24: a stack may have 500 resources, and each route of the HTTP API is one here. What AWS counts is counted by `cargo xtask test
  --only template`.
"""

from http.server import BaseHTTPRequestHandler

from ministack.app import main
from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, evaluate
from ministack.core.lambda_runtime import Worker
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc, secretsmanager, ses_v2
from ministack.services.cloudformation import engine

engine._SECTION_QUOTAS = tuple(
    (section, *names, 2 * most if section == "Resources" else most) for section, *names, most in engine._SECTION_QUOTAS
)

# As `REFUSED_DOMAIN` of the one-machine stack.
SUPPRESSED = "@bounce.example"

BaseHTTPRequestHandler.disable_nagle_algorithm = True
drain = Worker._drain_stderr_bounded
Worker._drain_stderr_bounded = lambda self, **_: drain(self, first_line_wait=0.005)


def lacking(function, stream):
    """What the function's role lacks of what AWS asks for when a stream with a dead-letter queue is mapped to it."""
    role = function["config"]["Role"]
    policies = _gather_role_policies(role.rpartition("/")[2], get_account_id())
    needs = [(f"dynamodb:{action}", stream) for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]
    for _, _, mapping in lambda_svc._iter_all_esms():
        if mapping["EventSourceArn"] == stream and function["config"]["FunctionName"] in mapping["FunctionArn"]:
            queue = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            needs += [("sqs:SendMessage", queue)] if queue else []
    return [
        action
        for action, resource in needs
        if evaluate(
            EvalContext(principal_arn=role, principal_type="AssumedRole", principal_account=get_account_id(),
                        action=action, resource_arn=resource, region=get_region(), source_ip="127.0.0.1",
                        secure_transport=True),
            policies,
        ).decision != "Allow"
    ]


def execute(function, event):
    records = event.get("Records") if isinstance(event, dict) else None
    if records and records[0].get("eventSource") == "aws:dynamodb":
        missing = lacking(function, records[0]["eventSourceARN"])
        if missing:
            return {"error": True, "body": {"errorType": "AccessDenied", "errorMessage": f"no {', '.join(missing)}"}}
    return executed(function, event)


executed = lambda_svc._execute_function
lambda_svc._execute_function = execute


def rejection(sender, recipients=()):
    suppressed = [address for address in recipients if address.endswith(SUPPRESSED)]
    return f"Address is on the suppression list: {suppressed[0]}" if suppressed else rejected(sender, recipients)


rejected = ses_v2._message_rejection
ses_v2._message_rejection = rejection



def put_secret_value(request):
    answer = put(request)
    _, secret = secretsmanager._resolve(request["SecretId"])
    newest, _ = secretsmanager._find_stage_version(secret, "AWSCURRENT") if secret else (None, None)
    for label in set(request.get("VersionStages", [])) - {"AWSCURRENT"} if newest else ():
        secretsmanager._remove_stage_everywhere(secret, label)
        secretsmanager._add_stage(secret, newest, label)
    return answer


put = secretsmanager._put_secret_value
secretsmanager._put_secret_value = put_secret_value

if __name__ == "__main__":
    main()
