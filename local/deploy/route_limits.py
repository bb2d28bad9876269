"""Limits of routes that a deployment removes.

API Gateway keeps them when their route goes, and then refuses every change of the stage: "Unable to find Route by key …
within the provided RouteSettings" (github.com/aws/serverless-application-model, issue 1939). CloudFormation does not
delete them.
"""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

API: Final = "Api"  # its name in the template
STAGE: Final = "$default"


def forget(cloudformation: Any, gateway: Any, stack: str, template: Mapping[str, Any]) -> list[str]:
    """Delete, from an existing stack, the limits of routes that have none in the template. Returns what was done."""
    wanted = template["Resources"][API]["Properties"]["RouteSettings"]
    try:
        found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=API)
        api = found["StackResourceDetail"]["PhysicalResourceId"]
        limited = gateway.get_stage(ApiId=api, StageName=STAGE).get("RouteSettings", {})
        gone = sorted(limited.keys() - wanted.keys())
        for route in gone:
            gateway.delete_route_settings(ApiId=api, StageName=STAGE, RouteKey=route)
    except ClientError as error:  # the deployment itself may have other rights, and nothing to remove
        return [f"Limits of routes that go, if any, are still there: {error}"]
    return [f"Deletes the limit of a route that goes: {route}" for route in gone]
