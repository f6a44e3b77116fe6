"""The execution roles as deployed, and each of their actions taken away, one at a time."""

import copy
import json


class Roles:
    def __init__(self, iam, names):
        """`names` are the roles' names by function."""
        self.iam = iam
        self.cuts = []
        for function, role in sorted(names.items()):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                for place, statement in enumerate(document["Statement"]):
                    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                    self.cuts += [(function, role, policy, document, place, actions, action) for action in actions]

    def list(self):
        """What can be taken away: the function, the action, and on what, in the order of `remove`'s numbers."""
        return [
            {"function": function, "action": action, "on": self._resource(document["Statement"][place])}
            for function, _, _, document, place, _, action in self.cuts
        ]

    @staticmethod
    def _resource(statement):
        resource = statement.get("Resource", statement.get("NotResource"))
        first = str(resource[0] if isinstance(resource, list) else resource)
        # The table's or the API's own name, without what CloudFormation made of it.
        for name in ("CoreTable", "ConnectionsTable", "DeadLetters"):
            if name in first:
                return name
        return "live connections" if "execute-api" in first else "any"

    def remove(self, number):
        """Takes one action away, and nothing else. Roles are looked at with every request."""
        _, role, policy, document, place, actions, action = self.cuts[number]
        without = copy.deepcopy(document)
        without["Statement"][place]["Action"] = [kept for kept in actions if kept != action]
        if not without["Statement"][place]["Action"]:
            del without["Statement"][place]
        self._put(role, policy, without)

    def restore(self, number):
        """Gives it back."""
        _, role, policy, document, *_ = self.cuts[number]
        self._put(role, policy, document)

    def _put(self, role, policy, document):
        if document["Statement"]:
            self.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
        else:
            self.iam.delete_role_policy(RoleName=role, PolicyName=policy)
