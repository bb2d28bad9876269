"""The steps of a sync for each post of a page. Each adds to the post and to what the sync has found."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from signpost.instagram import posts
from signpost.instagram.fetch import pictures, sync_rules
from signpost.instagram.fetch.comment_reading import read_comments
from signpost.instagram.fetch.steps import PASSED_OVER, Opened, Sync, Synced, passed_over, reason, write
from signpost.instagram.graph.errors import BeforeBusiness, NotEnoughViewers, PermissionMissing
from signpost.instagram.graph.insights import media_insights
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.posts import Post

PostStep = Callable[[Sync, Opened, Synced], Synced]


def import_post(sync: Sync, opened: Opened, synced: Synced) -> Synced:
    """Import a post that is new or was edited, and now and then any, because apps may have new wishes."""
    tools, post = sync.tools, opened.post
    if tools.imports is None or not (post.import_pending or sync.wishes.are_due):
        return synced
    try:
        found = tools.imports.take(sync.install, post, sync.wishes.get(), sync.by, tools.clock())
    except Unavailable as error:
        return synced._replace(failed=error)
    if found is None:
        opened.post = post._replace(import_pending=False)
        return synced
    if found.busy_until is not None:
        synced = synced._replace(busy_until=max(found.busy_until, synced.busy_until or 0.0))
    opened.post = post._replace(
        imported_at=found.imported_at, imported_for=found.done_for, import_pending=not found.is_complete
    )
    return synced.counting("MediaImported", found.sent)


def comments(sync: Sync, opened: Opened, synced: Synced) -> Synced:
    opened.post, synced = read_comments(sync, opened.post, synced, lambda usage: usage.must_pause)
    return synced


def copy_pictures(sync: Sync, opened: Opened, synced: Synced) -> Synced:
    """Read a post's comments. They are written at once, so that they need not be fetched again."""
    folder, tools, post = sync.install.id, sync.tools, opened.post
    copied = pictures.copy_missing(tools.pictures, folder, opened.media, post.pictures, tools.may_go_on)
    for failure in copied.failures:
        synced = synced.noting("a picture", post.media_id, failure).counting("PicturesFailed")
    if copied.keys != post.pictures:
        opened.post = post._replace(pictures=copied.keys)
        write(sync, opened)
    return synced


def measure(sync: Sync, opened: Opened, synced: Synced) -> Synced:
    is_due = sync_rules.are_metrics_due(opened.post, sync.job.asked_at, sync.tools.clock())
    found, synced = measured(sync, opened.post, synced) if is_due else (opened.post, synced)
    if found != opened.post:
        opened.post = found
        write(sync, opened)
    return synced


def measured(sync: Sync, post: "Post", synced: Synced) -> tuple["Post", Synced]:
    """The post with its insights."""
    if not synced.may_measure or synced.usage.must_pause:
        return post, synced
    now = sync.tools.clock()
    try:
        answer = media_insights(
            sync.graph,
            sync.token,
            post.media_id,
            post.product_type,
            posted_at=post.posted_at,
            refused=sync.refused,
        )
    except BeforeBusiness:
        return post._replace(no_insights=True), synced
    except NotEnoughViewers:
        return post._replace(metrics_at=now), synced
    except PASSED_OVER as error:
        synced = passed_over(error, synced)
        # Posts can be read, so the connection works; only their insights may not be read.
        synced = synced._replace(may_measure=not isinstance(error, PermissionMissing))
        return post, synced.noting("insights", post.media_id, reason(error)).counting("InsightsFailed")
    synced = synced._replace(faults_in_a_row=0, usage=synced.usage.worst(answer.usage))
    if answer.value.dropped:
        synced = synced.noting("metrics that Meta refused", post.media_id, ", ".join(answer.value.dropped))
    return posts.with_insights(post, answer.value, now), synced


# In the order of what owners look at first: a limit may be reached before the last one.
POST_STEPS: Final[tuple[PostStep, ...]] = (import_post, comments, copy_pictures, measure)
