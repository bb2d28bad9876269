"""`make deploy STAGE=dev`: builds the packages, deploys them with samconfig.dev.toml, and prints the API's address."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from samtranslator.yaml_helper import yaml_parse

from local.deploy import changes, route_limits
from local.deploy.settings import SettingsError, StageSettings, read

ROOT = Path(__file__).resolve().parents[2]
SAM = Path(sys.executable).parent / "sam"


def main(arguments: list[str]) -> int:
    try:
        template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
        settings = read(ROOT, arguments[0] if arguments else "", template)
        session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
        cloudformation = session.client("cloudformation")
        existing = stack(cloudformation, settings.stack)
    except (SettingsError, BotoCoreError, ClientError) as error:
        print(f"make deploy: {error}", file=sys.stderr)
        return 1
    before = parameters(existing)
    if refused := changes.refusals(before, settings.parameters):
        print("\n".join(f"make deploy: {settings.file.name}: {each}" for each in refused), file=sys.stderr)
        return 1
    for each in changes.changes(before, settings.parameters):
        print(f"Changes the stack's parameter {each}", flush=True)
    if code := subprocess.run(build(settings), cwd=ROOT, check=False).returncode:
        return code
    if existing:
        for each in route_limits.forget(cloudformation, session.client("apigatewayv2"), settings.stack, template):
            print(each, flush=True)
    if code := subprocess.run(deploy(settings), cwd=ROOT, check=False).returncode:
        return code
    found = stack(cloudformation, settings.stack) or {}
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    print("\n" + next_steps(settings, outputs, str(cloudformation.meta.region_name)))
    return 0


def stack(cloudformation: Any, name: str) -> Mapping[str, Any] | None:
    """The stack, if there is one."""
    try:
        found: Mapping[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return found


def parameters(found: Mapping[str, Any] | None) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in (found or {}).get("Parameters", [])}


def build(settings: StageSettings) -> list[str]:
    architecture = f"Architecture={settings.parameters['Architecture']}"
    return [str(SAM), "build", "--parameter-overrides", architecture]


def deploy(settings: StageSettings) -> list[str]:
    """Passes every parameter: for any that is left out, SAM keeps the stack's value, not the template's default."""
    overrides = [f'{name}="{_escaped(value)}"' for name, value in settings.parameters.items()]
    bucket = [] if settings.has_bucket else ["--resolve-s3"]
    return [
        *(str(SAM), "deploy", "--config-file", str(settings.file), "--language-extensions"),
        *("--template-file", str(ROOT / ".aws-sam" / "build" / "template.yaml")),
        *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", *bucket),
        *("--parameter-overrides", *overrides),
    ]


def next_steps(settings: StageSettings, outputs: Mapping[str, str], region: str) -> str:
    values = settings.parameters
    profile = f" --profile {settings.profile}" if settings.profile else ""
    aws = f"aws --region {region}{profile}"
    alarms = (
        f"{values['AlarmEmail']} gets an e-mail with a link; nobody is notified before it is opened."
        if values["AlarmEmail"]
        else f"nobody is notified. Set AlarmEmail in {settings.file.name}."
    )
    return "\n".join(
        [
            f"{settings.stack} answers on {values['PublicUrl'] or outputs.get('ApiUrl', '')}",
            "",
            "Next, if you have not yet:",
            "  The administrator's name and password:",
            f"    {aws} secretsmanager get-secret-value --query SecretString --output text \\",
            f"      --secret-id {outputs.get('AdminCredentialsArn', '')}",
            f'  E-mails: SES must know {values["MailFrom"]}: docs/operations.md, "Letting SES send".',
            '  Connecting accounts: docs/operations.md, "Setting up the apps at Meta".',
            f"  Alarms: {alarms}",
        ]
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
