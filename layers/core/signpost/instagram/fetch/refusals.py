"""The consequences of Meta's refusals: for the connection, for the waiting message, and for later requests."""

from collections import Counter
from typing import TYPE_CHECKING

from signpost.instagram.connection_states import ConnectionState, state_after
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, later
from signpost.instagram.graph.errors import PermissionMissing, PolicyBlock, Throttled, TokenDead
from signpost.instagram.graph.refused import is_about_new_posts
from signpost.instagram.health import BLOCKED_PAUSE, loss

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.refused import Refused
    from signpost.instagram.installs import Install


def paused(tools: "Collaborators", install: "Install", job: Job, seconds: float, *, whole_app: bool) -> FetchResult:
    """Make no calls for `seconds`; the message is delivered again then."""
    tools.pauses.pause(install, tools.clock() + seconds, whole_app=whole_app)
    waiting = later("throttled", job, seconds)
    return waiting._replace(counts=Counter(MetaThrottled=1)) if whole_app else waiting


def throttled(tools: "Collaborators", install: "Install", job: Job, error: Throttled | PolicyBlock) -> FetchResult:
    """Make no calls until Meta allows them again. A throttle ends by itself; a block needs an operator."""
    whole_app = isinstance(error, Throttled) and (error.level == "app" or error.facts.usage.app_full)
    waiting = paused(tools, install, job, error.retry_after, whole_app=whole_app)
    if isinstance(error, Throttled):
        return waiting
    return waiting._replace(problems=(Problem("blocked because of Meta's policies", reason=error.facts.message),))


def token_dead(tools: "Collaborators", install: "Install", error: TokenDead) -> FetchResult:
    return ended(tools, install, state_after(error.reason), f"token dead: {error.reason}")


def app_blocked(tools: "Collaborators", install: "Install", job: Job, error: PermissionMissing) -> FetchResult:
    """Make no calls for the product for a while: Meta refuses the app, which says nothing about its accounts."""
    now = tools.clock()
    tools.health.blocked(install.provider, now)
    tools.pauses.pause_product(install.provider, now + BLOCKED_PAUSE)
    problem = Problem("Meta refuses the app", reason=error.facts.message)
    return later("app blocked", job, BLOCKED_PAUSE)._replace(counts=Counter(AppBlocked=1), problems=(problem,))


def ended(tools: "Collaborators", install: "Install", state: ConnectionState, result: str) -> FetchResult:
    """End the connection, unless the account was connected again meanwhile."""
    if not tools.installs.end(install, state):
        return FetchResult(result)
    storm = tools.health.changed(install.provider, tools.clock())
    return FetchResult(result, counts=loss(state) + (Counter(AccountStorm=1) if storm else Counter()))


def kept(tools: "Collaborators", graph: "Graph", refused: "Refused", result: FetchResult) -> FetchResult:
    """Leave out what was refused for a day. If new posts lack it, set off an alarm: owners would not notice."""
    now = tools.clock()
    tools.refused.keep(graph.provider, graph.settings.version, refused.new, now)
    missing = [name for name in refused.new if is_about_new_posts(name, now)]
    if not missing:
        return result
    problem = Problem("fields or metrics that Meta refuses", reason=", ".join(missing))
    counts = Counter(result.counts) + Counter(FieldRefused=len(missing))
    return result._replace(counts=counts, problems=(*result.problems, problem))
