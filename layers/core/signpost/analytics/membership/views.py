"""Members as the API shows them."""

from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from signpost.analytics.export.views import BegunView, ImportView
from signpost.analytics.members import Member
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signpost.instagram.backfills import SyncProgress
    from signpost.instagram.installs import Install

_ID = "17841405309211844"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path outside
        raise ValueError("must be a name of the IANA time zone database, such as Europe/Berlin") from None
    return name


Success = Annotated[Literal[200], Field(description="Always the same.", examples=[200])]
MemberId = Annotated[str, Field(min_length=1, max_length=128)]
Title = Annotated[str, Field(max_length=200)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class NewMember(BaseModel):
    """The member to add."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"id": _ID, "title": "Nora's bakery", "zone": "Europe/Vienna"}]},
    )

    id: MemberId | None = Field(default=None, description="The professional account's id at Instagram.")
    title: Title | None = Field(default=None, description="What the administrator calls the member.")
    zone: Zone | None = Field(default=None, description="The time zone of its reports.")


class MemberConnection(BaseModel):
    """The connection that the member's data come from."""

    install: str = Field(description="The connection's id.", examples=[f"facebook-{_ID}"])
    provider: str = Field(description="The login that it was connected with.", examples=["facebook"])
    state: str = Field(description="Whether it works, and if not, why not.", examples=["active"])
    connected_at: Moment = Field(description="When it was connected.", examples=["2026-11-01T07:00:00.000000Z"])


class MemberSync(BaseModel):
    """The progress of the account's first sync."""

    phase: str = Field(description="`waiting`, `posts`, `comments`, `insights` or `done`.", examples=["comments"])
    done: int = Field(description="How many posts are through that phase.", examples=[120])
    total: int | None = Field(description="How many posts there are. Null: not known yet.", examples=[512])
    eta: int | None = Field(description="How many more seconds it takes at this pace. Null: not known.", examples=[90])
    stopped: bool = Field(description="Whether the sync was stopped, so that nothing is fetched.", examples=[False])


class MemberView(BaseModel):
    """A professional account that reports are about."""

    id: str = Field(description="The account's id at Instagram.", examples=[_ID])
    title: str = Field(description="What the administrator calls it.", examples=["Nora's bakery"])
    created: Moment = Field(description="When it became a member.", examples=["2026-11-01T07:00:00.000000Z"])
    zone: str | None = Field(description="The time zone of its reports. Null: UTC.", examples=["Europe/Vienna"])
    username: str | None = Field(
        description="The account's username. Null: it is not connected yet.", examples=["nora.bakes"]
    )
    name: str | None = Field(description="The name on its profile.", examples=["Nora"])
    pic: str | None = Field(
        description="The address of its profile picture.", examples=["https://example.com/nora.jpg"]
    )
    connection: MemberConnection | None = Field(description="Where its data comes from. Null: it is not connected yet.")
    sync: MemberSync | None = Field(description="How far its data is. Null: it is not connected yet.")
    snapshot_at: Moment | None = Field(
        description="How recent its reports are. Null: there are none yet.", examples=["2026-11-21T07:00:00.000000Z"]
    )


class MemberReply(BaseModel):
    """One member."""

    status: Success
    data: MemberView = Field(description="The member.")


class MemberPage(BaseModel):
    """A page of members, in the order of their ids."""

    status: Success
    limit: int = Field(description="How many a page has at most.", examples=[1000])
    skip: int = Field(description="How many were passed over.", examples=[0])
    data: list[MemberView] = Field(description="The members.")


class AddedReply(BaseModel):
    """The member was added."""

    status: Success


class EmptyReply(BaseModel):
    """All members are being deleted."""

    status: Success
    data: dict[str, Any] = Field(description="Always empty.", examples=[{}], max_length=0)


class WorkerReply(BaseModel):
    """The new state of a member's sync."""

    status: Success
    workid: str = Field(description="The member's id.", examples=[_ID])
    workerid: Literal["001"] = Field(description="Always the same.", examples=["001"])
    newstate: Literal["started", "idle"] = Field(description="The sync's new state.", examples=["started"])


class BegunReply(BaseModel):
    """An import that was begun."""

    status: Success
    data: BegunView = Field(description="Where to upload the files.")


class ImportReply(BaseModel):
    """One import."""

    status: Success
    data: ImportView = Field(description="The import.")


class ImportsReply(BaseModel):
    """A member's imports."""

    status: Success
    data: list[ImportView] = Field(description="The newest first.")


def member_view(
    member: Member, installs: "Sequence[Install]", progress_of: "Callable[[Install], SyncProgress]"
) -> MemberView:
    """`installs`: those of its account, the best first. Tokens and their hashes are not shown."""
    install = installs[0] if installs else None
    connection = sync = None
    if install is not None:
        connection = MemberConnection(
            install=install.id,
            provider=install.provider.value,
            state=install.state.value,
            connected_at=rfc3339(install.connected_at),
        )
        progress = progress_of(install)
        sync = MemberSync(**progress._asdict(), stopped=install.stopped_at is not None)
    return MemberView(
        id=member.id,
        title=member.title,
        created=rfc3339(member.created_at),
        zone=member.zone,
        username=install.instagram_account if install else None,
        name=install.name if install else None,
        pic=install.profile_picture_url if install else None,
        connection=connection,
        sync=sync,
        snapshot_at=rfc3339(member.snapshot_at) if member.snapshot_at is not None else None,
    )
