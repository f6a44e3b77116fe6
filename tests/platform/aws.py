"""As much of the AWS CLI as the scripts in infra/ use: they are run against the emulator with this under the name `aws`."""

import json
import re
import sys

import botocore.session
import jmespath


def camel(words):
    return "".join(word.capitalize() for word in words.split("-"))


def options(words):
    """`--name value value` as lists of values by name."""
    found = {}
    for word in words:
        if word.startswith("--"):
            values = found.setdefault(word[2:], [])
        else:
            values.append(word)
    return found


def parameter(shape, values):
    if values and values[0].startswith("file://"):
        with open(values[0].removeprefix("file://"), encoding="utf-8") as file:
            values = [file.read()]
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long"):
        return int(values[0])
    if shape.type_name == "string" or shape.type_name == "timestamp":
        return values[0]
    if values[0][:1] in ("{", "["):
        return json.loads(values[0])
    if shape.type_name == "list":
        return values
    # The short form of a structure: A=1,B=2.
    return {name: {"true": True, "false": False}.get(value, value) for name, value in re.findall(r"(\w+)=([^,]*)", values[0])}


def main(service, operation, *words):
    given = options(words)
    region, query, output = (given.pop(name, [None])[0] for name in ("region", "query", "output"))
    client = botocore.session.get_session().create_client(service, region_name=region)
    if operation == "wait":
        client.get_waiter(words[0].replace("-", "_")).wait(**{camel(name): values[0] for name, values in given.items()})
        return
    model = client.meta.service_model.operation_model(camel(operation))
    arguments = {}
    for name, values in given.items():
        off = name.startswith("no-") and camel(name) not in model.input_shape.members
        member = camel(name.removeprefix("no-") if off else name)
        arguments[member] = False if off else parameter(model.input_shape.members[member], values)
    answer = getattr(client, operation.replace("-", "_"))(**arguments)
    answer.pop("ResponseMetadata", None)
    answer = jmespath.search(query, answer) if query else answer
    if output == "text":
        print("\t".join(map(str, answer)) if isinstance(answer, list) else answer)
    elif answer:
        print(json.dumps(answer, default=str))


main(*sys.argv[1:])
