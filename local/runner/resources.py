"""Creates the template's tables, queues, topics and secrets in the data server, and says what they are called.

moto's CloudFormation creates what it knows. What it does not do is done here. Its gaps, as of moto 5.2.5: it skips
secrets and e-mail identities, ignores a table's TimeToLiveSpecification and a bucket's NotificationConfiguration, does
not resolve a Ref to an event bus to the bus's name, and silently drops a Ref to anything that it skipped.
Functions, mappings, schedules and routes never reach it: the local stack runs those itself, and moto's own get in the
way (its event source mappings and rules need Docker). Roles and policies do not either: nobody checks rights here.
Rules with an event pattern are created through EventBridge's own API, and moto delivers their events to queues.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from local.runner.errors import TemplateError
from local.runner.intrinsics import ACCOUNT_ID, NO_VALUE, REGION, Scope, is_true, references, resolve

_RUN_BY_US: Final = (
    "AWS::CloudWatch::",
    "AWS::Lambda::",
    "AWS::ApiGatewayV2::",
    "AWS::Events::Rule",
    "AWS::Scheduler::",
    "AWS::IAM::",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
)
_SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105 - a type's name
_MAIL_IDENTITY: Final = "AWS::SES::EmailIdentity"
_EVENT_BUS: Final = "AWS::Events::EventBus"
RULE: Final = "AWS::Events::Rule"
# The property that names a resource. One without a name is called by its logical id, as `!Ref` is under `sam local`.
_NAME_PROPERTIES: Final = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
}

Client = Callable[[str], Any]
Resources = Mapping[str, Mapping[str, Any]]


def active(resources: Resources, scope: Scope) -> dict[str, dict[str, Any]]:
    """The resources whose condition holds."""
    return {
        name: dict(resource)
        for name, resource in resources.items()
        if "Condition" not in resource or scope.condition(resource["Condition"])
    }


def create(resources: Resources, scope: Scope, client: Client, secrets: Mapping[str, str]) -> None:
    """Create everything that holds data, and add its names to `scope`.

    `secrets` maps a logical id to the value that its secret gets instead of a generated one.
    """
    _name_those_run_by_us(resources, scope)
    for name, resource in resources.items():
        if resource["Type"] == _SECRET:
            arn = _create_secret(client("secretsmanager"), name, resource, scope, secrets.get(name))
            scope.references[name] = scope.attributes[name, "Id"] = arn
        if resource["Type"] == _MAIL_IDENTITY:
            identity = resolve(resource["Properties"]["EmailIdentity"], scope)
            client("sesv2").create_email_identity(EmailIdentity=identity)
            scope.references[name] = identity
    theirs = {name: _for_moto(name, each, scope) for name, each in resources.items() if not _is_run_by_us(each)}
    wanted = {ref for each in resources.values() if _is_run_by_us(each) for ref in references(each) if ref[0] in theirs}
    _create_stack(client("cloudformation"), theirs, sorted(wanted, key=str), scope)
    _set_time_to_live(client("dynamodb"), theirs)
    _announce_objects(client("s3"), theirs)
    for name, resource in resources.items():
        if resource["Type"] == RULE and "EventPattern" in resource["Properties"]:
            _create_rule(client("events"), name, resolve(resource["Properties"], scope))


def set_secrets(resources: Resources, client: Any, secrets: Mapping[str, str]) -> None:
    """Set secrets, by logical id, to these values, replacing those of an earlier run."""
    for name in secrets.keys() & resources.keys():
        properties = resources[name].get("Properties", {})
        client.put_secret_value(SecretId=properties.get("Name", name), SecretString=secrets[name])


def _is_run_by_us(resource: Mapping[str, Any]) -> bool:
    type_: str = resource["Type"]
    return type_.startswith(_RUN_BY_US) or type_ in {_SECRET, _MAIL_IDENTITY}


def _name_those_run_by_us(resources: Resources, scope: Scope) -> None:
    for name, resource in resources.items():
        if resource["Type"].startswith(_RUN_BY_US):
            scope.references[name] = name
        if resource["Type"] == "AWS::Lambda::Function":
            scope.attributes[name, "Arn"] = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}"
        if resource["Type"] == "AWS::IAM::Role":
            scope.attributes[name, "Arn"] = f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


def _create_rule(client: Any, name: str, properties: Mapping[str, Any]) -> None:
    """What moto's rules can do: whole events into queues."""
    if properties.get("State", "ENABLED") != "ENABLED":
        return
    targets = [{"Id": each["Id"], "Arn": each["Arn"]} for each in properties["Targets"]]
    if any(":sqs:" not in each["Arn"] for each in targets):
        raise TemplateError(f"{name}: on the local stack, the targets of a rule with an event pattern are queues.")
    if any(each.keys() & {"Input", "InputPath", "InputTransformer"} for each in properties["Targets"]):
        raise TemplateError(f"{name}: on the local stack, a rule with an event pattern passes on the whole event.")
    bus = properties.get("EventBusName", "default")
    client.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(properties["EventPattern"]))
    client.put_targets(Rule=name, EventBusName=bus, Targets=targets)


def _create_secret(client: Any, name: str, resource: Mapping[str, Any], scope: Scope, value: str | None) -> str:
    properties = resolve(resource.get("Properties", {}), scope, partial=True)
    if value is None:
        value = properties.get("SecretString") or _generated_secret(client, properties.get("GenerateSecretString"))
    arn: str = client.create_secret(Name=properties.get("Name", name), SecretString=value)["ARN"]
    return arn


def _generated_secret(client: Any, generate: Mapping[str, Any] | None) -> str:
    if generate is None:
        return ""
    options = {
        key: value for key, value in generate.items() if key not in {"SecretStringTemplate", "GenerateStringKey"}
    }
    password: str = client.get_random_password(**options)["RandomPassword"]
    if "GenerateStringKey" not in generate:
        return password
    return json.dumps({**json.loads(generate["SecretStringTemplate"]), generate["GenerateStringKey"]: password})


def _for_moto(name: str, resource: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    properties = resolve(resource.get("Properties", {}), scope, partial=True)
    if naming := _NAME_PROPERTIES.get(resource["Type"]):
        properties.setdefault(naming, name.lower() if naming == "BucketName" else name)
    return {"Type": resource["Type"], "Properties": {} if properties is NO_VALUE else properties}


def _create_stack(
    client: Any, resources: Mapping[str, Any], wanted: Iterable[tuple[str, str | None]], scope: Scope
) -> None:
    """Let moto create `resources`, and read the names of `wanted` from outputs added for that."""
    outputs = {
        f"Wanted{number}": {"Value": {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}}
        for number, (name, attribute) in enumerate(wanted)
    }
    if not resources:
        return
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    client.create_stack(StackName="local", TemplateBody=body)
    # moto leaves out what it does not know (such as alarms), and lists it without an id.
    listed = client.describe_stack_resources(StackName="local")["StackResources"]
    created = {each["LogicalResourceId"] for each in listed if "LogicalResourceId" in each}
    stack = client.describe_stacks(StackName="local")["Stacks"][0]
    values = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    for number, (name, attribute) in enumerate(wanted):
        value = values.get(f"Wanted{number}")
        if name not in created or not value:
            what = f"{name}.{attribute}" if attribute else name
            raise TemplateError(f"{what} ({resources[name]['Type']}) is not supported by the local data server (moto).")
        if attribute:
            scope.attributes[name, attribute] = value
        elif resources[name]["Type"] == _EVENT_BUS:
            scope.references[name] = resources[name]["Properties"]["Name"]
        else:
            scope.references[name] = value


def _announce_objects(client: Any, resources: Resources) -> None:
    """Have buckets announce their objects to EventBridge, which moto's CloudFormation leaves out."""
    for resource in resources.values():
        properties = resource["Properties"]
        wanted = properties.get("NotificationConfiguration", {})
        if resource["Type"] == "AWS::S3::Bucket" and "EventBridgeConfiguration" in wanted:
            client.put_bucket_notification_configuration(
                Bucket=properties["BucketName"], NotificationConfiguration={"EventBridgeConfiguration": {}}
            )


def _set_time_to_live(client: Any, resources: Mapping[str, Any]) -> None:
    for resource in resources.values():
        if specification := resource["Properties"].get("TimeToLiveSpecification"):
            client.update_time_to_live(
                TableName=resource["Properties"]["TableName"],
                TimeToLiveSpecification={**specification, "Enabled": is_true(specification["Enabled"])},
            )
