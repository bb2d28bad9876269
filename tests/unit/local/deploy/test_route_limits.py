"""Limits of routes that the template no longer has are deleted before a deployment, and no others."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from local.deploy import route_limits

API = {"ApiId": "api1", "StageName": "$default"}
TEMPLATE: dict[str, Any] = {"Resources": {"Api": {"Properties": {"RouteSettings": {"ANY /fp/{proxy+}": {}}}}}}


class Account:
    """Answers of AWS to the calls of a deployment, in their order."""

    def __init__(self) -> None:
        session = boto3.Session("made-up", "made-up", region_name="us-east-1")
        self.cloudformation, self.gateway = session.client("cloudformation"), session.client("apigatewayv2")
        self.stacks, self.apis = Stubber(self.cloudformation), Stubber(self.gateway)

    def has(self, *routes: str) -> None:
        detail = {
            "LogicalResourceId": "Api",
            "PhysicalResourceId": "api1",
            "ResourceType": "AWS::ApiGatewayV2::Api",
            "LastUpdatedTimestamp": "2026-11-22T00:00:00Z",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        asked = {"StackName": "signpost", "LogicalResourceId": "Api"}
        self.stacks.add_response("describe_stack_resource", {"StackResourceDetail": detail}, asked)
        settings: Any = {"StageName": "$default", "RouteSettings": {route: {} for route in routes}}
        self.apis.add_response("get_stage", settings, API)

    def forget(self) -> list[str]:
        return route_limits.forget(self.cloudformation, self.gateway, "signpost", TEMPLATE)


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    with made.stacks, made.apis:
        yield made
        made.stacks.assert_no_pending_responses()
        made.apis.assert_no_pending_responses()


def test_the_limits_of_routes_that_go_are_deleted(account: Account) -> None:
    account.has("ANY /fp/{proxy+}", "POST /fp/links", "GET /fp/links")
    for route in ("GET /fp/links", "POST /fp/links"):
        account.apis.add_response("delete_route_settings", {}, {**API, "RouteKey": route})

    said = account.forget()

    assert [each.partition(": ")[2] for each in said] == ["GET /fp/links", "POST /fp/links"]


def test_nothing_is_deleted_where_no_route_goes(account: Account) -> None:
    account.has("ANY /fp/{proxy+}")

    assert account.forget() == []


def test_a_deployment_without_these_rights_says_so_and_goes_on(account: Account) -> None:
    account.has("GET /fp/links")
    account.apis.add_client_error("delete_route_settings", "AccessDeniedException", "Not yours.")

    [said] = account.forget()

    assert "Not yours." in said
