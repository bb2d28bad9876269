"""Whose export it is, as its personal_information file says. Its labels are in the account's language."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from signpost.analytics.export import html_lists, json_lists
from signpost.analytics.export.relations import username
from signpost.analytics.export.texts import mended

_LABELS: Final = frozenset(
    label.casefold()
    for label in (
        "Username",
        "User name",
        "Benutzername",
        "Nom d’utilisateur",  # noqa: RUF001  (as Instagram writes it)
        "Nom d'utilisateur",
        "Nombre de usuario",
        "Nome de usuário",
        "Nome de utilizador",
        "Nome utente",
        "Gebruikersnaam",
        "Användarnamn",
        "Brugernavn",
        "Brukernavn",
        "Käyttäjänimi",
        "Nazwa użytkownika",
        "Uživatelské jméno",
        "Felhasználónév",
        "Nume de utilizator",
        "Kullanıcı adı",  # noqa: RUF001  (Turkish)
        "Имя пользователя",
        "Ім'я користувача",
        "Όνομα χρήστη",
        "Nama pengguna",
        "Tên người dùng",
        "ユーザーネーム",
        "사용자 이름",
        "用户名",
        "用戶名稱",
        "ชื่อผู้ใช้",
        "اسم المستخدم",
        "שם משתמש",
        "यूज़रनेम",
    )
)


def owner_of(pieces: Iterable[str], member: str, *, is_html: bool) -> str | None:
    """The account's name; None when the file does not say it in a way that is known.

    Where no label is known, the member's own name among the values says that it is theirs.

    Raises:
        NotUnderstood: it is not what its name says.
    """
    pairs: list[tuple[str, str]] = []
    if is_html:
        last = ""

        def note(text: str) -> None:
            nonlocal last
            pairs.append((last, text))
            last = text

        html_lists.read_texts(pieces, note)
    else:
        json_lists.read_lists(pieces, lambda name: (lambda entry: pairs.extend(_pairs(entry))) if name else None)
    named: list[str | None] = [name for label, value in pairs if _is_label(label) and (name := username(value))]
    theirs = member in (named or [username(value) for _, value in pairs])
    return member if theirs else next(iter(named), None)


def _pairs(entry: object) -> list[tuple[str, str]]:
    """Labels and values of an entry of `profile_user`."""
    if not isinstance(entry, dict):
        return []
    found: list[tuple[str, str]] = []
    labelled: Any = entry.get("string_map_data")
    for label, value in labelled.items() if isinstance(labelled, dict) else ():
        found.append((label, _value(value)))
    parts = entry.get("label_values")
    listed = parts if isinstance(parts, list) else []
    return found + [(str(part.get("label", "")), _value(part)) for part in listed if isinstance(part, dict)]


def _value(part: object) -> str:
    value = part.get("value") if isinstance(part, Mapping) else None
    return value if isinstance(value, str) else ""


def _is_label(label: str) -> bool:
    return mended(label).strip().rstrip(":").casefold() in _LABELS
