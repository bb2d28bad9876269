"""What a phone is sent and how often a code may be guessed, however codes are asked for."""

import pytest

from signpost.messaging import keys, names
from signpost.messaging.deletion import wiring as deletion
from signpost.messaging.people import wiring
from signpost.messaging.profile.changes import Profiles, Wish
from signpost.platform.errors import SignpostError, TooManyRequests
from tests import dynamodb
from tests.integration.messaging.signup.newcomers import Newcomers

MINUTE = 60


@pytest.fixture
def profiles(people: Newcomers) -> Profiles:
    """Of those who have signed up: they change their phones."""
    settings = wiring.Settings(people.table, people.limits, people.settings.phone_key_secret)
    return wiring.build(settings, clock=people.clock).profiles


def registration(people: Newcomers, phone: str) -> names.Registration:
    new = people.new(phone=phone)
    return names.Registration(new["email"], new["username"], phone, new["password"])


def test_a_phone_gets_five_codes_an_hour_whoever_asks_and_for_what(people: Newcomers, profiles: Profiles) -> None:
    # Given codes for registering, for logging in, and for the change of somebody else's phone, a minute after another
    nora, new = people.verified()["id"], people.register()
    phone = new["phone"]
    for _ in range(2):
        people.clock.now += MINUTE
        people.signup.sessions.send_code(phone)
    people.clock.now += 601  # the one who registered holds the phone no longer
    for _ in range(2):
        people.clock.now += MINUTE
        assert profiles.change(nora, 1, Wish(phone=phone)).meta == {"phone_pending": True}
    people.clock.now += 61

    # Then nobody gets a sixth
    with pytest.raises(TooManyRequests) as refused:
        profiles.change(nora, 1, Wish(phone=phone))
    assert refused.value.retry_after == 3600 - 2 * MINUTE - 601 - 2 * MINUTE - 61
    with pytest.raises(TooManyRequests):
        people.signup.sessions.send_code(phone)
    with pytest.raises(TooManyRequests):
        people.signup.registering.register(registration(people, phone))
    assert len(people.outbox("sms", phone)) == 5


def test_a_code_to_change_a_phone_has_five_tries_also_with_those_of_logging_in(
    people: Newcomers, profiles: Profiles
) -> None:
    nora, phone = people.verified()["id"], "+14155550771"
    profiles.change(nora, 1, Wish(phone=phone))
    right = people.code(phone)
    wrong = "1000" if right != "1000" else "1001"

    for _ in range(3):
        assert people.call("POST", "/api/verify", phone=phone, code=wrong)[0] == 403
    for _ in range(2):
        with pytest.raises(SignpostError, match="Incorrect code"):
            profiles.change(nora, 1, Wish(phone=phone, code=wrong))

    with pytest.raises(SignpostError, match="Incorrect code"):
        profiles.change(nora, 1, Wish(phone=phone, code=right))
    # And within the minute, asking again has nothing sent, and no tries given back
    with pytest.raises(TooManyRequests):
        profiles.change(nora, 1, Wish(phone=phone))
    assert len(people.outbox("sms", phone)) == 1


def test_a_code_is_good_for_the_account_that_asked_for_it(people: Newcomers, profiles: Profiles) -> None:
    # Given two who ask for the same free phone, one after the other
    nora, ben, phone = people.verified()["id"], people.verified()["id"], "+14155550772"
    profiles.change(nora, 1, Wish(phone=phone))
    first = people.code(phone)
    people.clock.now += MINUTE
    profiles.change(ben, 1, Wish(phone=phone))
    last = people.code(phone)

    # Then only the last code works, and only for whom it was sent
    for user, code in ((nora, last), (nora, first)):
        with pytest.raises(SignpostError, match="Incorrect code"):
            profiles.change(user, 1, Wish(phone=phone, code=code))
    assert people.call("POST", "/api/verify", phone=phone, code=last)[0] == 403
    assert profiles.change(ben, 1, Wish(phone=phone, code=last)).data["phone"] == phone
    # And it is used up
    item = dynamodb.get(people.table, **keys.phone_code(people.digests.phone(phone)))
    assert set(item) == {"pk", "sk", "sent", "ttl"}


def test_who_has_just_registered_a_phone_is_not_interrupted(people: Newcomers, profiles: Profiles) -> None:
    nora, new = people.verified()["id"], people.register()
    people.clock.now += 61

    with pytest.raises(SignpostError, match="Phone number is taken"):
        profiles.change(nora, 1, Wish(phone=new["phone"]))

    assert people.call("POST", "/api/verify", phone=new["phone"], code=people.code(new["phone"]))[0] == 200


def test_deleting_oneself_is_no_way_to_more_codes(people: Newcomers, profiles: Profiles) -> None:
    # Given somebody who was sent a code to log in, and is deleted
    new = people.verified()
    people.clock.now += 61
    people.signup.sessions.send_code(new["phone"])

    people.signup.deletions.ask(new["id"])
    deletion_settings = deletion.Settings(people.table, people.settings.phone_key_secret)
    deletion.build(deletion_settings, clock=people.clock).erasing.delete(new["id"], lambda: True)

    # Then the phone is free, but is still sent no other code within the minute
    with pytest.raises(TooManyRequests):
        people.signup.registering.register(registration(people, new["phone"]))
