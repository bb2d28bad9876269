"""Reads a post's comments: the new ones, which come first, or all if the new ones do not explain Meta's count.

What has been read is stored from time to time with Meta's cursor, so an interrupted reading continues there.
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.comments import Comment, Thread, comment_of, with_tags
from signpost.instagram.fetch.steps import PASSED_OVER, Sync, Synced, passed_over, reason
from signpost.instagram.graph.comments import comment_replies, media_comments
from signpost.instagram.graph.errors import GraphBug, MetaError, PermissionMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.instagram.graph.models import CommentPage, ReceivedComment
    from signpost.instagram.graph.usage import Usage
    from signpost.instagram.posts import Post

_PAGES_KEPT: Final = 20  # comments read before they are stored: an interrupted run loses no more


def are_due(post: "Post") -> bool:
    """Whether Meta counts more or fewer comments than when they were read."""
    count = post.metrics.get("comments_count")
    return count is not None and count != (post.comments_read or 0)


def read_comments(
    sync: Sync, post: "Post", synced: Synced, must_stop: "Callable[[Usage], bool]"
) -> tuple["Post", Synced]:
    """Reads and stores a post's comments. Returns the post with what it says about them, and what the sync found.

    `must_stop`: whether calls must end. Then, and when time is up, the next reading continues from there.
    """
    if not (are_due(post) and synced.may_read_comments) or must_stop(synced.usage):
        return post, synced
    reading = _Reading(sync, post, synced, must_stop)
    try:
        post = reading.run()
    except PASSED_OVER as error:
        synced = passed_over(error, reading.synced)
        synced = synced._replace(may_read_comments=not isinstance(error, PermissionMissing))
        return post, synced.noting("comments", post.media_id, reason(error)).counting("CommentsFailed")
    return post, reading.synced._replace(faults_in_a_row=0)


class _Reading:
    """One post's reading. `seen`: ids found since the first page. `found`: what is stored, with new tags."""

    def __init__(self, sync: Sync, post: "Post", synced: Synced, must_stop: "Callable[[Usage], bool]") -> None:
        self.synced = synced
        self._sync, self._post, self._must_stop = sync, post, must_stop
        self._stored = sync.tools.media.thread(sync.install.id, post.media_id)
        self._thread, self._ids = self._stored, self._stored.ids
        self._size_before = self._stored.size
        install = sync.install
        names = (install.instagram_business_account_id, install.app_scoped_id, install.instagram_account)
        self._owner = [name for name in names if name]
        self._begin(self._stored.after)

    def _begin(self, after: str | None) -> None:
        self._after, self._is_whole = after, after is None
        self._seen, self._found = set[str](), Thread(self._post.media_id)

    def run(self) -> "Post":
        """Raises a `MetaError` after storing what was found before it."""
        count = int(self._post.metrics["comments_count"])
        if self._stored.read_at_count == count:  # an earlier run stored all, and ended before it could say so
            return self._read(count)
        pages = 0
        try:
            while not self._page(count):
                pages += 1
                if self._must_stop(self.synced.usage) or not self._sync.tools.may_go_on():
                    self._save()
                    return self._post
                if pages % _PAGES_KEPT == 0 and not self._save():
                    return self._post
        except MetaError:
            if pages:
                self._save()
            raise
        return self._read(count) if self._save() else self._post

    def _read(self, count: int) -> "Post":
        return self._post._replace(comments_read=count, comment_tags=self._thread.tags)

    def _page(self, count: int) -> bool:
        """Take a page. Returns whether it is the last one needed."""
        page = self._next()
        received = [*page.comments, *self._more_replies(page)]
        new: dict[str, Comment] = {}
        for each in received:
            comment = comment_of(each)
            if comment is not None and each.id not in self._ids:
                new[each.id] = comment
        self._ids |= new.keys()
        self._seen |= {each.id for each in received}
        self._thread = with_tags(self._thread.adding(new.values()), received, self._owner)
        self._found = with_tags(self._found, received, self._owner)
        is_end = page.after is None
        is_done = is_end or self._is_explained(count)
        self._after = None if is_done else page.after
        self._thread = self._thread._replace(after=self._after)
        if is_end and self._is_whole:  # whatever this reading did not find was deleted
            kept = self._thread.keeping(self._seen)
            self._thread = kept._replace(tags=self._found.tags, tags_at=self._found.tags_at)
        if is_done:
            self._thread = self._thread._replace(read_at_count=count)
        return is_done

    def _is_explained(self, count: int) -> bool:
        """Whether the new ones explain Meta's count; if not, others were deleted."""
        before = self._stored.read_at_count
        return before is not None and self._thread.size - self._size_before == count - before

    def _next(self) -> "CommentPage":
        sync = self._sync
        try:
            answer = media_comments(sync.graph, sync.token, self._post.media_id, self._after, sync.refused)
        except GraphBug:
            if self._after is None:
                raise
            # Meta's cursor has expired.
            self._begin(None)
            answer = media_comments(sync.graph, sync.token, self._post.media_id, None, sync.refused)
        self.synced = self.synced._replace(usage=self.synced.usage.worst(answer.usage))
        return answer.value

    def _more_replies(self, page: "CommentPage") -> "list[ReceivedComment]":
        found: list[ReceivedComment] = []
        for comment_id in page.more_replies:
            after: str | None = None
            while True:
                answer = comment_replies(self._sync.graph, self._sync.token, comment_id, after, self._sync.refused)
                self.synced = self.synced._replace(usage=self.synced.usage.worst(answer.usage))
                found += answer.value.comments
                after = answer.value.after
                if after is None:
                    break
        return found

    def _save(self) -> bool:
        """False: another run has written since this one read; that run says what is new."""
        if self._thread.parts != self._stored.parts:
            self._sync.news.coming()
            added = self._thread.size - self._stored.size
            self.synced = self.synced.counting("CommentsStored", max(added, 0))
        saved = self._sync.tools.media.save_thread(self._sync.install.id, self._stored, self._thread)
        if saved:
            self._thread = self._thread._replace(version=self._stored.version + 1)
            self._stored = self._thread
        return saved
