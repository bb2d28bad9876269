"""Three rings, and arrows only point inward: docs/architecture.md. A file's name and folder say where it belongs."""

import ast
import re
from functools import cache
from itertools import permutations
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers" / "core"
HANDLERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
CONTEXTS = sorted(path.name for path in (CORE / "signpost").iterdir() if path.is_dir() and path.name != "__pycache__")

ADAPTERS = re.compile(r"(.+_)?(store|files|client)|queue|mailer|cipher|api|wiring|readings|commands|__main__")
OUTSIDE = ("boto3", "botocore", "requests", "urllib3", "aws_lambda_powertools")
# The contexts whose readings and commands another one may have; `platform` is for all.
MAY_READ = {"analytics": {"instagram", "tracking"}, "operation": {"analytics", "instagram", "messaging", "tracking"}}
# The console has no data of its own: it shows that of all contexts, with their rules and their readings. What it
# changes, it changes as their own administration does, which its wiring has their wiring build.
SHOWS_ALL = "console"
LONGEST_HANDLER = 80


@cache
def imports() -> grimp.ImportGraph:
    """What is imported when the code runs: a type that is only named does not count."""
    return grimp.build_graph(
        "signpost", *HANDLERS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def modules(context: str = "*") -> list[str]:
    """Without those that are packages."""
    files = (CORE / "signpost").glob(f"{context}/**/*.py")
    return sorted(
        ".".join(file.relative_to(CORE).with_suffix("").parts) for file in files if file.name != "__init__.py"
    )


def is_adapter(module: str) -> bool:
    """By its name; the kits in platform are known by what they reach instead."""
    return not is_shared(module) and ADAPTERS.fullmatch(module.rpartition(".")[2]) is not None


def is_shared(module: str) -> bool:
    return module.startswith("signpost.platform.")


RULES = [module for module in modules() if not is_adapter(module) and not is_shared(module)]


def code(module: str) -> ast.Module:
    return ast.parse((CORE / (module.replace(".", "/") + ".py")).read_text())


@pytest.mark.parametrize("rule", RULES)
def test_rules_reach_neither_an_adapter_nor_the_outside(rule: str) -> None:
    reached = imports().find_upstream_modules(rule)

    adapters = {module for module in reached if module.startswith("signpost.") and is_adapter(module)}
    assert not adapters | (reached & set(OUTSIDE)), chain(rule)


def chain(rule: str) -> str:
    """How it gets there, for the message of a test that fails."""
    found = (imports().find_shortest_chain(rule, name) for name in OUTSIDE if name in imports().modules)
    ways: list[list[str]] = [list(way) for way in found if way]
    shortest: list[str] = min(ways, key=len, default=[rule])
    return " -> ".join(shortest)


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_told_the_time_and_the_settings(rule: str) -> None:
    named = {ast.unparse(node) for node in ast.walk(code(rule)) if isinstance(node, ast.Attribute)}

    assert named.isdisjoint({"os.environ", "time.time", "datetime.now", "datetime.utcnow", "date.today"})


@pytest.mark.parametrize(("context", "other"), list(permutations(CONTEXTS, 2)))
def test_contexts_are_apart(context: str, other: str) -> None:
    imported = {name for module in modules(context) for name in imports().find_modules_directly_imported_by(module)}
    theirs = {name for name in imported if name.startswith(f"signpost.{other}.")}

    if context != "platform" and other == "platform":
        return
    shown = {f"signpost.{other}.{name}" for name in ("readings", "commands")}
    allowed = shown if other in MAY_READ.get(context, ()) else set()
    if context == SHOWS_ALL:
        built = {name for name in theirs if name.endswith(".wiring")}
        importers = {module for name in built for module in imports().find_modules_that_directly_import(name)}
        assert {module for module in importers if module.startswith("signpost.console.")} <= {"signpost.console.wiring"}
        allowed = built | {name for name in theirs if not is_adapter(name)} | shown
    assert theirs <= allowed


@pytest.mark.parametrize("handler", HANDLERS)
def test_nobody_imports_a_handler(handler: str) -> None:
    importers = imports().find_modules_that_directly_import(f"{handler}.app")

    assert not importers


@pytest.mark.parametrize("handler", HANDLERS)
def test_handlers_stay_short_and_end_with_the_handler(handler: str) -> None:
    text = (ROOT / "functions" / handler / "app.py").read_text()
    tree = ast.parse(text)

    assert ast.get_docstring(tree)
    assert text.count("\n") <= LONGEST_HANDLER
    last = tree.body[-1]
    assert (last.name if isinstance(last, ast.FunctionDef) else ast.unparse(last)).startswith("handler")


@pytest.mark.parametrize("module", modules())
def test_a_file_does_not_repeat_the_name_of_its_folder(module: str) -> None:
    *_, folder, name = module.split(".")

    assert not name.startswith((f"{folder}_", f"{folder.removesuffix('s')}_"))
    assert name != folder
