"""What the template declares, as plain values: functions, routes, event source mappings and schedules."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from local.runner.errors import TemplateError
from local.runner.intrinsics import Scope, is_true, references, resolve
from local.runner.resources import Resources

_DEFAULT_TIMEOUT_S = 3  # AWS Lambda developer guide, "Configure Lambda function timeout"
_DEFAULT_MEMORY_MB = 128


@dataclass(frozen=True)
class FunctionSpec:
    """One function: where its code is and how Lambda would run it. `environment` is fully resolved."""

    name: str
    handler: str
    code: Path
    layers: tuple[Path, ...]
    timeout_s: int
    memory_mb: int
    environment: Mapping[str, str]
    reserved_concurrency: int | None
    log_format: str
    log_level: str


@dataclass(frozen=True)
class Route:
    """`method` is upper case, or ANY; `path` is as in the template, or `$default`."""

    method: str
    path: str
    function: str


@dataclass(frozen=True)
class EventSourceMapping:
    """`arn` is that of the queue or stream; `properties` are those of CloudFormation, resolved."""

    name: str
    function: str
    arn: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class ScheduleSpec:
    """`kind` is "scheduler" for AWS::Scheduler::Schedule, "rule" for AWS::Events::Rule: their events differ."""

    name: str
    function: str
    expression: str
    kind: Literal["scheduler", "rule"]
    input: Any  # None: EventBridge's own event


@dataclass(frozen=True)
class Application:
    functions: Mapping[str, FunctionSpec]
    routes: tuple[Route, ...]
    cors: Mapping[str, Any] | None
    mappings: tuple[EventSourceMapping, ...]
    schedules: tuple[ScheduleSpec, ...]


def read(resources: Resources, scope: Scope, root: Path) -> Application:
    """The application; paths in it are relative to `root`. Raises TemplateError."""

    def of_type(type_: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, resource in resources.items():
            if resource["Type"] == type_:
                yield name, resource.get("Properties", {})

    layers = {name: root / each["Content"]["S3Key"] for name, each in of_type("AWS::Lambda::LayerVersion")}
    bodies = [each["Body"] for _, each in of_type("AWS::ApiGatewayV2::Api") if "Body" in each]
    return Application(
        functions={name: _function(name, each, layers, scope, root) for name, each in of_type("AWS::Lambda::Function")},
        routes=tuple(route for body in bodies for route in _routes(body)),
        cors=next((resolve(body[_CORS], scope) for body in bodies if _CORS in body), None),
        mappings=tuple(
            mapping
            for name, each in of_type("AWS::Lambda::EventSourceMapping")
            if (mapping := _mapping(name, each, scope)) is not None
        ),
        schedules=(
            *(
                spec
                for name, each in of_type("AWS::Scheduler::Schedule")
                for spec in _schedules(name, "scheduler", each, [each["Target"]], scope)
            ),
            *(
                spec
                for name, each in of_type("AWS::Events::Rule")
                for spec in _schedules(name, "rule", each, each["Targets"], scope)
            ),
        ),
    )


_CORS = "x-amazon-apigateway-cors"


def _function(
    name: str, properties: Mapping[str, Any], layers: Mapping[str, Path], scope: Scope, root: Path
) -> FunctionSpec:
    if not isinstance(path := properties["Code"].get("S3Key"), str):
        raise TemplateError(f"{name}: the local stack runs functions only from a folder (CodeUri: a local path).")
    names = ("Handler", "Timeout", "MemorySize", "ReservedConcurrentExecutions")
    settings = {key: resolve(properties[key], scope) for key in names if key in properties}
    logging = {key: value for key, value in properties.get("LoggingConfig", {}).items() if isinstance(value, str)}
    attached = [ref for ref, _ in references(properties.get("Layers", []))]
    if unknown := [ref for ref in attached if ref not in layers]:
        raise TemplateError(f"{name}: layer {', '.join(unknown)} is not in the template.")
    reserved = settings.get("ReservedConcurrentExecutions")
    return FunctionSpec(
        name=name,
        handler=settings["Handler"],
        code=(root / path).resolve(),
        layers=tuple(_importable(layers[ref].resolve()) for ref in attached),
        timeout_s=int(settings.get("Timeout", _DEFAULT_TIMEOUT_S)),
        memory_mb=int(settings.get("MemorySize", _DEFAULT_MEMORY_MB)),
        environment=_environment(name, properties.get("Environment", {}).get("Variables", {}), scope),
        reserved_concurrency=int(reserved) if isinstance(reserved, int | str) else None,
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", ""),
    )


def _importable(layer: Path) -> Path:
    """The folder of a layer that Python imports from: `python/` when the layer has one, as on AWS."""
    return layer / "python" if (layer / "python").is_dir() else layer


def _environment(function: str, variables: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    resolved = {}
    for variable, value in variables.items():
        try:
            text = resolve({"value": value}, scope)
        except TemplateError as error:
            raise TemplateError(f"{function}: environment variable {variable}: {error}") from error
        if "value" not in text:  # AWS::NoValue
            continue
        if not isinstance(text["value"], str | int | float) or "${" in str(text["value"]):
            raise TemplateError(f"{function}: environment variable {variable} resolves to {text['value']!r}.")
        resolved[variable] = _environment_text(text["value"])
    return resolved


def _environment_text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _routes(body: Mapping[str, Any]) -> Iterator[Route]:
    for path, operations in body.get("paths", {}).items():
        if path.endswith("/") and path != "/":
            raise TemplateError(f"the route {path} ends in a slash, which API Gateway's HTTP APIs do not allow.")
        for method, operation in operations.items():
            integration = operation.get("x-amazon-apigateway-integration")
            if integration is None:
                continue
            function = next(
                (name for name, attribute in references(integration.get("uri")) if attribute == "Arn"), None
            )
            if function is None:
                raise TemplateError(f"the route {method.upper()} {path} does not lead to a function of the template.")
            if integration.get("payloadFormatVersion") != "2.0":
                raise TemplateError(f"the route {method.upper()} {path}: only payload format 2.0 works locally.")
            is_default = operation.get("isDefaultRoute", False)
            yield Route("ANY" if "any" in method else method.upper(), "$default" if is_default else path, function)


def _mapping(name: str, properties: Mapping[str, Any], scope: Scope) -> EventSourceMapping | None:
    resolved = resolve(properties, scope)
    if not is_true(resolved.get("Enabled", True)):
        return None
    return EventSourceMapping(name, resolved["FunctionName"], resolved["EventSourceArn"], resolved)


def _schedules(
    name: str, kind: Literal["scheduler", "rule"], properties: Mapping[str, Any], targets: list[Any], scope: Scope
) -> Iterator[ScheduleSpec]:
    if "ScheduleExpression" not in properties:  # a rule with an event pattern: `resources` makes it
        return
    if resolve(properties.get("State", "ENABLED"), scope) == "ENABLED":
        for target in targets:
            yield ScheduleSpec(
                name=name,
                function=next(name for name, _ in references(target["Arn"])),
                expression=resolve(properties["ScheduleExpression"], scope),
                kind=kind,
                input=json.loads(resolve(target["Input"], scope)) if "Input" in target else None,
            )
