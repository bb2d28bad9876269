"""The steps of a sync that are not about posts: stories, the account's numbers, and who follows it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from signpost.instagram import call_counts, posts
from signpost.instagram.fetch import pictures, sync_rules
from signpost.instagram.fetch.post_steps import measured
from signpost.instagram.fetch.steps import PASSED_OVER, Sync, Synced, reason
from signpost.instagram.graph.account_insights import FEWEST_FOLLOWERS, day_insights, follower_demographics
from signpost.instagram.graph.accounts import account_fields
from signpost.instagram.graph.errors import AppBlocked
from signpost.instagram.graph.media import account_stories
from signpost.platform.clock import from_rfc3339

if TYPE_CHECKING:
    from signpost.instagram.graph.errors import MetaError
    from signpost.instagram.graph.insights import Insights
    from signpost.instagram.graph.models import Media
    from signpost.instagram.posts import Post

AccountStep = Callable[[Sync, Synced], Synced]


def sync_stories(sync: Sync, synced: Synced) -> Synced:
    """Store the live stories and how they do. They stay stored when they are gone from Instagram."""
    try:
        answer = account_stories(sync.graph, sync.token, sync.install.instagram_business_account_id, sync.refused)
    except PASSED_OVER as error:
        return _noted(synced, "stories", error)
    synced = synced._replace(usage=synced.usage.worst(answer.usage))
    received = [(media, posts.post_of(media)) for media in answer.value.media if media.timestamp is not None]
    if not received:
        return synced
    known = sync.tools.media.known(posts.stories_owner(sync.install.id), [story for _, story in received])
    for media, story in received:
        if not sync.tools.may_go_on():
            return synced
        synced = _sync_story(sync, media, story, known.get(story.media_id), synced)
    times = tuple(story.posted_at for _, story in received)
    last = max(*times, sync.install.last_story_at or 0.0)
    return synced._replace(stories=times).learning(last_story_at=last)


def _sync_story(sync: Sync, media: "Media", received: "Post", stored: "Post | None", synced: Synced) -> Synced:
    owner, tools = posts.stories_owner(sync.install.id), sync.tools
    now = tools.clock()
    story = posts.merged(stored, received, now)
    if stored is None:
        sync.news.coming()
        tools.media.add(owner, story, sync.by)
        synced = synced.counting("StoriesStored")
    written = story if stored is None else stored
    copied = pictures.copy_missing(tools.pictures, sync.install.id, media, story.pictures, tools.may_go_on)
    for failure in copied.failures:
        synced = synced.noting("a picture", story.media_id, failure).counting("PicturesFailed")
    story = story._replace(pictures=copied.keys)
    if sync_rules.are_story_metrics_due(story, sync.job.asked_at, now):
        story, synced = measured(sync, story, synced)
    if story != written:
        if posts.is_news(written, story):
            sync.news.coming()
        tools.media.update(owner, story)
    return synced


def sync_account(sync: Sync, synced: Synced) -> Synced:
    """Store the account's numbers, and its insights of the day before, unless that was done recently."""
    now, install = sync.tools.clock(), sync.install
    if not _is_due(install.account_at, sync_rules.ACCOUNT_EVERY, now):
        return synced
    newest = sync.tools.media.latest(posts.account_owner(install.id))
    last = from_rfc3339(newest["item"]) if newest else None
    if newest and not _is_due(last, sync_rules.ACCOUNT_EVERY, now):
        # An earlier run stored them, and ended before it could say so.
        account = posts.account_of(install.instagram_business_account_id, newest)
        return synced._replace(account=account).learning(account_at=last)
    account_id, insights = install.instagram_business_account_id, None
    yesterday = now // sync_rules.DAY * sync_rules.DAY - sync_rules.DAY
    try:
        answer = account_fields(sync.graph, sync.token, account_id, sync.refused)
    except PASSED_OVER as error:
        return _noted(synced, "the account's numbers", error)
    synced = synced._replace(usage=synced.usage.worst(answer.usage))
    if synced.may_measure and not synced.usage.must_pause:
        insights, synced = _day(sync, synced, yesterday)
    sync.news.coming()
    day = call_counts.day_of(yesterday)
    sync.tools.media.put(posts.account_numbers(install.id, answer.value, now, insights, day))
    return synced._replace(account=answer.value).learning(account_at=now)


def _day(sync: Sync, synced: Synced, day: float) -> tuple["Insights | None", Synced]:
    account_id = sync.install.instagram_business_account_id
    try:
        answer = day_insights(sync.graph, sync.token, account_id, day, sync.refused)
    except PASSED_OVER as error:
        return None, _noted(synced, "the account's insights", error)
    synced = synced._replace(usage=synced.usage.worst(answer.usage))
    if answer.value.dropped:
        synced = synced.noting("metrics that Meta refused", reason=", ".join(answer.value.dropped))
    return answer.value, synced


def sync_demographics(sync: Sync, synced: Synced) -> Synced:
    """Store who follows the account, weekly. Meta says nothing about fewer than 100 followers; ask next week then."""
    now, install = sync.tools.clock(), sync.install
    if not (synced.may_measure and _is_due(install.demographics_at, sync_rules.DEMOGRAPHICS_EVERY, now)):
        return synced
    followers = (synced.account and synced.account.followers_count) or install.followers_count
    if followers is not None and followers < FEWEST_FOLLOWERS:
        return synced.learning(demographics_at=now)
    last = _last(sync, posts.demographics_owner(install.id))
    if not _is_due(last, sync_rules.DEMOGRAPHICS_EVERY, now):
        return synced.learning(demographics_at=last)
    account_id = install.instagram_business_account_id
    try:
        answer = follower_demographics(sync.graph, sync.token, account_id, now, sync.refused)
    except PASSED_OVER as error:
        return _noted(synced, "demographics", error)
    synced = synced._replace(usage=synced.usage.worst(answer.usage))
    if answer.value:
        sync.news.coming()
        sync.tools.media.put(posts.demographics(install.id, answer.value, now))
    return synced.learning(demographics_at=now)


# In the order in which owners see them.
ACCOUNT_STEPS: Final[tuple[AccountStep, ...]] = (sync_stories, sync_account, sync_demographics)


def _is_due(last: float | None, every: float, now: float) -> bool:
    return last is None or now - last >= every


def _last(sync: Sync, owner: str) -> float | None:
    """When the newest item of an owner was stored."""
    newest = sync.tools.media.latest(owner)
    return from_rfc3339(newest["item"]) if newest else None


def _noted(synced: Synced, what: str, error: "MetaError") -> Synced:
    """The connection is alive, because posts can be read."""
    if isinstance(error, AppBlocked):
        raise error
    return synced.noting(what, reason=reason(error))
