"""Wrong answers on purpose. Each takes an answer of the platform, and says what goes out instead; with each of them
planted, journeys have to fail."""

import json


def nothing(status, headers, body):
    """All is as it is."""
    return status, headers, body


def no_cookies(status, headers, body):
    """Set-Cookie is lost on the way, as by a platform that knows no `cookies` array."""
    return status, [(name, value) for name, value in headers if name.lower() != "set-cookie"], body


def no_refusals(status, headers, body):
    """Who is refused is told that all is well."""
    return 200 if status in (401, 403) else status, headers, body


def no_versions(status, headers, body):
    """ETag is lost on the way."""
    return status, [(name, value) for name, value in headers if name.lower() != "etag"], body


def untouched(operation, status, body):
    """DynamoDB's answer is as it is."""
    return status, body


def no_conditions(operation, status, body):
    """A condition that does not hold is answered as if it did."""
    refused = status == 400 and (b"ConditionalCheckFailed" in body or b"TransactionCanceled" in body)
    return (200, b"{}") if refused else (status, body)


def no_rest(operation, status, body):
    """Of several items that were asked for the last is left out, and is not among those to ask for again."""
    if operation != "BatchGetItem" or status != 200:
        return status, body
    answer = json.loads(body)
    for items in answer["Responses"].values():
        if len(items) > 1:
            items.pop()
    return status, json.dumps(answer).encode()


# To whoever calls the front.
PLANTS = {"nothing": nothing, "no-cookies": no_cookies, "no-refusals": no_refusals, "no-versions": no_versions}
# Of DynamoDB to the functions.
INSIDE = {"no-conditions": no_conditions, "no-rest": no_rest}
