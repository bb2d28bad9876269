"""Builds what does the jobs of messaging."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.messaging import jobs, wiring
from signpost.messaging.background.worker import Worker
from signpost.messaging.conversations.changes_store import ConversationChanges
from signpost.messaging.conversations.creation_store import CreationStore
from signpost.messaging.deletion import wiring as deletion
from signpost.messaging.deletion.erasing import OutOfTime
from signpost.messaging.invites import wiring as invites
from signpost.messaging.jobs import Job
from signpost.messaging.messages.fan_out import FanOut
from signpost.messaging.messages.store import MessageStore
from signpost.messaging.store import MessagingStore
from signpost.messaging.welcome import wiring as welcome
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str
    job_queue: str
    welcome: welcome.Settings


class WorkerFeature(NamedTuple):
    queue: MessageQueue
    worker: Worker


def build(settings: Settings, *, clock: Clock = system_clock) -> WorkerFeature:
    messaging = MessagingStore(aws.dynamodb(), settings.messaging_table, clock)
    digests = wiring.digests(settings.phone_key_secret, clock=clock)
    copies = FanOut(MessageStore(messaging, digests, clock=clock))
    changes, creation = ConversationChanges(messaging, clock=clock), CreationStore(messaging, digests, clock=clock)
    joining = invites.build(invites.Settings(settings.messaging_table, settings.phone_key_secret), clock=clock)
    queue, greeting = MessageQueue(aws.sqs(), settings.job_queue), welcome.build(settings.welcome, clock=clock)
    of_users = deletion.Settings(settings.messaging_table, settings.phone_key_secret)
    erasing = deletion.build(of_users, digests=digests, clock=clock).erasing

    def fan_out(job: Job, _time_left: Callable[[], bool]) -> bool:
        copies.fan_out(job.conversation, job.ulid)
        return True

    def clear(job: Job, time_left: Callable[[], bool]) -> bool:
        return changes.clear(job.user, job.membership, time_left)

    def join(job: Job, _time_left: Callable[[], bool]) -> bool:
        creation.join_rest(job.conversation)
        return True

    def greet(job: Job, _time_left: Callable[[], bool]) -> bool:
        greeting.greet(job.user)
        return True

    def registered(job: Job, _time_left: Callable[[], bool]) -> bool:
        joining.registered(job.user)
        return True

    def delete_user(job: Job, time_left: Callable[[], bool]) -> bool:
        try:
            erasing.delete(job.user, time_left)
        except OutOfTime:
            return False
        return True

    handlers: jobs.Handlers = {
        jobs.FAN_OUT: fan_out,
        jobs.CLEAR: clear,
        jobs.JOIN: join,
        jobs.REGISTERED: registered,
        jobs.WELCOME: greet,
        jobs.DELETE_USER: delete_user,
    }
    return WorkerFeature(queue, Worker(handlers, queue))
