"""A stand-in for Meta: both login dialogs, the Graph API and webhooks, as strict as Meta, on 127.0.0.1."""

from local.meta.stand_in import Meta

__all__ = ["Meta"]
