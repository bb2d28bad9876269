"""One account's posts, page by page, from Meta into the Media table.

The next sync completes an interrupted one: a post is put once, all changes to it are one write, and what was requested
from Meta since the sync began is not requested again.
"""

from typing import TYPE_CHECKING

from signpost.instagram import posts
from signpost.instagram.fetch.steps import POST_STEPS, Sync, Synced
from signpost.instagram.graph.media import LARGEST_PAGE, account_media

if TYPE_CHECKING:
    from signpost.instagram.graph.models import Media
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post


def sync_posts(sync: Sync, synced: Synced) -> Synced:
    """Go from the newest posts back to those of the last sync, or until time or calls run out.

    May raise any of `graph.errors`, and `Unavailable`.
    """
    account_id, seen = sync.install.instagram_business_account_id, 0
    while True:
        limit = LARGEST_PAGE // 2 if seen else sync.job.at_least
        answer = account_media(sync.graph, sync.token, account_id, synced.after, limit=limit, refused=sync.refused)
        page, synced = answer.value, synced._replace(usage=synced.usage.worst(answer.usage))
        if page.unreadable:
            synced = synced.noting("posts without an id", reason=str(page.unreadable))
        synced, is_done = _sync_page(sync, page.media, synced)
        if not is_done:
            return synced
        seen += len(page.media)
        if page.after is None or (seen >= sync.job.at_least and _is_known(sync.install, page.media)):
            return synced._replace(complete=True)
        synced = synced._replace(after=page.after)
        if synced.usage.must_pause or not sync.tools.may_go_on():
            return synced


def _is_known(install: "Install", page: tuple["Media", ...]) -> bool:
    """Whether the posts after a page were there at the last sync. A first sync looks at the newest posts only."""
    oldest = next((media.timestamp for media in reversed(page) if media.timestamp is not None), 0.0)
    return install.last_media_at is None or oldest <= install.last_media_at


def _sync_page(sync: Sync, page: tuple["Media", ...], synced: Synced) -> tuple[Synced, bool]:
    """Sync a page's posts; False when time is up before its end."""
    received: list[tuple[Media, Post]] = []
    for media in page:
        try:
            received.append((media, posts.post_of(media)))
        except ValueError as error:
            synced = synced.noting("an unreadable post", media.id, str(error))
    known = sync.tools.media.known(sync.install.id, [post for _, post in received])
    for media, post in received:
        if not sync.tools.may_go_on():
            return synced, False
        synced = _sync_post(sync, media, post, known.get(post.media_id), synced)
        newest = max(post.posted_at, synced.newest or 0.0)
        synced = synced._replace(posted=(*synced.posted, post.posted_at), newest=newest)
    return synced, True


def _sync_post(sync: Sync, media: "Media", received: "Post", stored: "Post | None", synced: Synced) -> Synced:
    owner, post = sync.install.id, posts.merged(stored, received, sync.tools.clock())
    # A new post's metrics come with their measurement, in one write.
    written = post._replace(metrics={}) if stored is None else stored
    if stored is None:
        synced = synced.counting("MediaStored", sync.tools.media.add(owner, written))
    for step in POST_STEPS:
        post, synced = step(sync, media, post, synced)
    if post != written:
        is_new = posts.metrics_changed(written, post)
        sync.tools.media.update(owner, post, posts.measurement(owner, post, sync.began) if is_new else None)
    return synced
