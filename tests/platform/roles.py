"""The execution roles as deployed, and each of their actions taken away, one at a time."""

import copy
import json

# What is put in the place of a policy that a role shares with others.
INSTEAD = "instead"


class Roles:
    def __init__(self, iam, names):
        """`names` are the roles' names by function. AWS's own policies are left out: they are not ours to cut."""
        self.iam = iam
        self.cuts = []
        for function, role in sorted(names.items()):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                self._find(function, role, Own(iam, role, policy, document))
            for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
                arn = attached["PolicyArn"]
                if ":iam::aws:" not in arn:
                    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
                    self._find(function, role, Shared(iam, role, arn, document))

    def _find(self, function, role, policy):
        for place, statement in enumerate(policy.document["Statement"]):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            self.cuts += [(function, policy, place, actions, action) for action in actions]

    def list(self):
        """What can be taken away: the function, the action, and on what, in the order of `remove`'s numbers."""
        return [
            {"function": function, "action": action, "on": _object(policy.document["Statement"][place])}
            for function, policy, place, _, action in self.cuts
        ]

    def remove(self, number):
        """Takes one action away, and nothing else. Roles are looked at with every request."""
        _, policy, place, actions, action = self.cuts[number]
        without = copy.deepcopy(policy.document)
        without["Statement"][place]["Action"] = [kept for kept in actions if kept != action]
        if not without["Statement"][place]["Action"]:
            del without["Statement"][place]
        policy.replace(without)

    def restore(self, number):
        """Gives it back."""
        self.cuts[number][1].restore()


class Own:
    """A policy that only this role has."""

    def __init__(self, iam, role, name, document):
        self.iam, self.role, self.name, self.document = iam, role, name, document

    def replace(self, document):
        if document["Statement"]:
            self.iam.put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(document))
        else:
            self.iam.delete_role_policy(RoleName=self.role, PolicyName=self.name)

    def restore(self):
        self.replace(self.document)


class Shared:
    """A policy that other roles have, too: they keep it, this one gets the rest of it as its own."""

    def __init__(self, iam, role, arn, document):
        self.iam, self.role, self.arn, self.document = iam, role, arn, document
        self.rest = Own(iam, role, INSTEAD, document)

    def replace(self, document):
        self.iam.detach_role_policy(RoleName=self.role, PolicyArn=self.arn)
        if document["Statement"]:
            self.rest.replace(document)

    def restore(self):
        self.iam.attach_role_policy(RoleName=self.role, PolicyArn=self.arn)
        if INSTEAD in self.iam.list_role_policies(RoleName=self.role)["PolicyNames"]:
            self.iam.delete_role_policy(RoleName=self.role, PolicyName=INSTEAD)


def _object(statement):
    """What a statement is about, without the names that CloudFormation made."""
    resource = statement.get("Resource", statement.get("NotResource"))
    first = str(resource[0] if isinstance(resource, list) else resource)
    for table, word in (("CoreTable", "core"), ("ConnectionsTable", "connections")):
        if table in first:
            _, index, name = first.partition("/index/")
            _, stream, _ = first.partition("/stream/")
            several = isinstance(resource, list) and len(resource) > 1
            return f"{word}, {'its lists' if several else f'index {name}'}" if index else word + (stream and ", its stream")
    if "execute-api" in first:
        return "live connections"
    return "queue" if ":sqs:" in first else "any"
