"""What the routes of sign-up take. Apps leave out what they do not know, or send null."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> Any:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]


class Form(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, frozen=True)


class NewUser(Form):
    """Somebody who registers."""

    email: Text = Field("", description="Unique, in any case.", examples=["nora@example.com"])
    password: Text = Field("", description="6 to 256 characters.", examples=["correct horse"])
    username: Text = Field(
        "", description="Unique: a letter, then letters, digits and single underscores.", examples=["nora"]
    )
    phone: Text = Field("", description="A phone number as people write it.", examples=["+1 415 555 0100"])
    cohort: Text = Field("", description="The address by which they came.", examples=["/beta/friends"])


class Device(Form):
    """What an app says about its device."""

    device_token: Text = Field("", description="The token for pushes.", examples=["6f1c0de2"])
    device_id: Text = Field("", description="The app's own id of the device.", examples=["A1B2"])
    platform: Text = Field("", description="ios or android.", examples=["ios"])


class Verification(Device):
    """A phone and the code that it was sent."""

    phone: Text = Field("", description="A phone number as people write it.", examples=["+1 415 555 0100"])
    code: Text = Field("", description="The four digits of the SMS.", examples=["4711"])
    password: Annotated[
        str | None, Field(description="The password, as a second proof.", examples=["correct horse"])
    ] = None


class LogIn(Device):
    """An e-mail address or a username with the password; or only a phone, which is sent a code."""

    email: Text = Field("", description="An e-mail address or a username.", examples=["nora@example.com"])
    username: Text = Field("", description="The same, for a username.", examples=["nora"])
    password: Text = Field("", description="The password.", examples=["correct horse"])
    phone: Text = Field("", description="A phone number as people write it.", examples=["+1 415 555 0100"])


class Email(Form):
    """An e-mail address."""

    email: Text = Field("", description="An e-mail address.", examples=["nora@example.com"])


class Waiting(Email):
    """Somebody for the waiting list."""

    phone: Text = Field("", description="A phone number, if there is one.", examples=["+1 415 555 0100"])


class Phone(Form):
    """A phone."""

    phone: Text = Field("", description="A phone number as people write it.", examples=["+1 415 555 0100"])


class NewPassword(Form):
    """A new password, with the token of the e-mail."""

    token: Text = Field("", description="The last part of the link in the e-mail.", examples=["Qm9i"])
    password: Text = Field("", description="6 to 256 characters.", examples=["correct horse"])
    confirm: Annotated[str | None, Field(description="The password once more.", examples=["correct horse"])] = None
