"""How `make deploy` reads a stage's settings file."""

from pathlib import Path

import pytest

from local.deploy.settings import SettingsError, StageSettings, read
from tests.template_model import ROOT, written

HEAD = 'version = 0.1\n[default.global.parameters]\nstack_name = "one"\nregion = "eu-central-1"\n'
REAL = (
    '"FallbackUrl=https://a.example/", "ReturnHosts=a.example", "MailFrom=me@a.example", "AlarmEmail=on-call@a.example"'
)


def settings(folder: Path, overrides: str = "", stage: str = "dev", more: str = "", head: str = HEAD) -> StageSettings:
    text = f"{head}[default.deploy.parameters]\n{more}\nparameter_overrides = {overrides or '[]'}\n"
    (folder / f"samconfig.{stage}.toml").write_text(text, encoding="utf-8")
    return read(folder, stage, written())


def test_every_parameter_has_the_value_of_the_file_or_its_default(tmp_path: Path) -> None:
    found = settings(tmp_path, '["ClickBuckets=16", "MigrateApps=ann, ben", "LegacyFeedUrl=https://a.example/?b=c"]')

    assert (found.stack, found.region, found.profile, found.has_bucket) == ("one", "eu-central-1", None, False)
    assert found.parameters.keys() == written()["Parameters"].keys()
    assert (found.parameters["Stage"], found.parameters["ClickBuckets"]) == ("dev", "16")
    assert (found.parameters["MigrateApps"], found.parameters["LegacyFeedUrl"]) == (
        "ann, ben",
        "https://a.example/?b=c",
    )
    assert found.parameters["ClickRetentionDays"] == "90"


def test_parameters_may_be_one_text_and_other_settings_are_sams(tmp_path: Path) -> None:
    found = settings(tmp_path, "'ClickBuckets=16 MigrateApps=\"ann, ben\"'", more='s3_bucket = "b"\nprofile = "p"')

    assert (found.parameters["ClickBuckets"], found.parameters["MigrateApps"]) == ("16", "ann, ben")
    assert (found.has_bucket, found.profile) == (True, "p")


def test_a_stage_of_another_name_says_which_kind_it_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'samconfig\.trial\.toml: add "Stage=dev" or "Stage=prod"'):
        settings(tmp_path, stage="trial")

    assert settings(tmp_path, '["Stage=dev"]', stage="trial").parameters["Stage"] == "dev"


@pytest.mark.parametrize(
    ("overrides", "head", "message"),
    [
        ('["ClickBucket=16"]', HEAD, r"samconfig\.dev\.toml: the template has no parameter ClickBucket"),
        ('["ClickBuckets"]', HEAD, r"write 'ClickBuckets' as Name=value"),
        ('["MailFrom=nobody"]', HEAD, r"parameter MailFrom: 'nobody': must be an e-mail address"),
        ("[]", "version = 0.1\n[default.global.parameters]\n", "stack_name is missing"),
        ("[]", HEAD.replace("0.1", "1"), "begin it with `version = 0.1`"),
        ("[", HEAD, "is not TOML"),
    ],
)
def test_a_mistake_is_found_before_anything_is_built(tmp_path: Path, overrides: str, head: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings(tmp_path, overrides, head=head)


def test_production_needs_real_values(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not ready for production") as refused:
        settings(tmp_path, stage="prod")

    named = [line.strip().partition(":")[0] for line in str(refused.value).splitlines()[1:]]
    assert named == ["FallbackUrl", "ReturnHosts", "MailFrom", "AlarmEmail"]
    assert settings(tmp_path, f"[{REAL}]", stage="prod").parameters["Stage"] == "prod"


@pytest.mark.parametrize("stage", ["", "dev", "example"])
def test_without_a_file_it_says_how_to_make_one(stage: str, tmp_path: Path) -> None:
    (tmp_path / "samconfig.example.toml").touch()
    with pytest.raises(SettingsError, match=r"copy samconfig\.example\.toml to samconfig\.\w+\.toml") as first:
        read(tmp_path, stage, written())
    assert "there are settings" not in str(first.value)

    (tmp_path / "samconfig.prod.toml").touch()
    with pytest.raises(SettingsError, match="there are settings for prod;"):
        read(tmp_path, stage, written())


def test_the_example_is_ready_for_production(tmp_path: Path) -> None:
    text = (ROOT / "samconfig.example.toml").read_text(encoding="utf-8")
    commented = [line.replace("  # ", "  ", 1) if line.startswith('  # "') else line for line in text.splitlines()]
    (tmp_path / "samconfig.prod.toml").write_text("\n".join(commented), encoding="utf-8")

    assert read(tmp_path, "prod", written()).parameters["ClickBuckets"] == "16"


def test_settings_of_stages_are_not_tracked() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert ignored[-2:] == ["samconfig.*.toml", "!samconfig.example.toml"]
