"""One account's posts, page by page, from Meta into the Media table.

The next sync completes an interrupted one: a post is put once, and what was requested from Meta since the sync began is
not requested again.
"""

from typing import TYPE_CHECKING

from signpost.instagram import posts
from signpost.instagram.fetch.post_steps import POST_STEPS
from signpost.instagram.fetch.steps import Opened, Sync, Synced, TakenOver, write
from signpost.instagram.graph.errors import MetaError
from signpost.instagram.graph.media import LARGEST_PAGE, account_media

if TYPE_CHECKING:
    from signpost.instagram.graph.models import Media
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post


def sync_posts(sync: Sync, synced: Synced) -> Synced:
    """Go from the newest posts back to those of the last sync, or until time or calls run out.

    May raise any of `graph.errors`, `TakenOver` and `Unavailable`.
    """
    account_id, seen = sync.install.instagram_business_account_id, 0
    while True:
        limit = LARGEST_PAGE // 2 if seen else sync.job.at_least
        answer = account_media(sync.graph, sync.token, account_id, synced.after, limit=limit, refused=sync.refused)
        page, synced = answer.value, synced._replace(usage=synced.usage.worst(answer.usage))
        if page.unreadable:
            synced = synced.noting("posts without an id", reason=str(page.unreadable))
        synced = _sync_page(sync, page.media, synced)
        if synced.out_of_time:
            return synced
        seen += len(page.media)
        if page.after is None or (seen >= sync.job.at_least and _is_known(sync.install, page.media)):
            return synced._replace(complete=True)
        synced = synced._replace(after=page.after)
        if synced.usage.must_pause or not sync.tools.may_go_on():
            return synced
        if not sync.still_mine():
            raise TakenOver


def _is_known(install: "Install", page: tuple["Media", ...]) -> bool:
    """Whether the posts after a page were there at the last sync. A first sync looks at the newest posts only."""
    oldest = next((media.timestamp for media in reversed(page) if media.timestamp is not None), 0.0)
    return install.last_media_at is None or oldest <= install.last_media_at


def _sync_page(sync: Sync, page: tuple["Media", ...], synced: Synced) -> Synced:
    """Store what is new on a page, then let each step look at all of its posts."""
    received: list[tuple[Media, Post]] = []
    for media in page:
        try:
            received.append((media, posts.post_of(media)))
        except ValueError as error:
            synced = synced.noting("an unreadable post", media.id, str(error))
    known = sync.tools.media.known(sync.install.id, [post for _, post in received])
    opened: list[Opened] = []
    for media, post in received:
        if not sync.tools.may_go_on():
            return synced._replace(out_of_time=True)
        each, synced = _open(sync, media, post, known.get(post.media_id), synced)
        opened.append(each)
        newest = max(post.posted_at, synced.newest or 0.0)
        synced = synced._replace(posted=(*synced.posted, post.posted_at), newest=newest)
    try:
        return _steps(sync, opened, synced)
    except MetaError:
        _write_all(sync, opened)
        raise


def _open(sync: Sync, media: "Media", received: "Post", stored: "Post | None", synced: Synced) -> tuple[Opened, Synced]:
    post = posts.merged(stored, received, sync.tools.clock())
    if stored is not None:
        if post.caption != stored.caption:
            post = post._replace(import_pending=True)
        return Opened(media, post, stored), synced
    sync.news.coming()
    post = post._replace(import_pending=True)
    written = post._replace(metrics={})  # they come with their measurement, in one write
    added = sync.tools.media.add(sync.install.id, written, sync.by)
    return Opened(media, post, written), synced.counting("MediaStored", added)


def _steps(sync: Sync, opened: list[Opened], synced: Synced) -> Synced:
    for step in POST_STEPS:
        for each in opened:
            if not sync.tools.may_go_on():
                _write_all(sync, opened)
                return synced._replace(out_of_time=True)
            synced = step(sync, each, synced)
    _write_all(sync, opened)
    return synced


def _write_all(sync: Sync, opened: list[Opened]) -> None:
    for each in opened:
        write(sync, each)
