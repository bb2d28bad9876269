"""The page about conversations. Nobody reads there what people write to each other."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.console.conversations import views
from signpost.console.frame import show
from signpost.console.operations.views import queue_rows
from signpost.console.visits import Visit
from signpost.messaging.counts import Counts, last_days
from signpost.operation.status.checks import ask
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.messaging.readings import Readings
    from signpost.operation.readings import Readings as OperationReadings


class ConversationPages(NamedTuple):
    messaging: "Readings"
    operation: "OperationReadings"
    patience: float  # seconds, for what the queues need

    def show(self, visit: Visit) -> Reply:
        """Queues that do not answer are shown as such. Raises `Unavailable`."""
        totals, days = Counts(**self.messaging.totals()), self.messaging.days(last_days(views.DAYS, visit.now))
        queues = ask({"queues": self.operation.queues}, self.patience)["queues"].value
        values = {
            "is_empty": views.is_empty(totals),
            "tiles": views.tiles(totals, days),
            "chart": views.chart(days),
            "table": views.table(days),
            "queues": queue_rows(views.ours(queues)) if queues is not None else None,
        }
        return show(visit, "console/conversations/all.html", "Conversations", values)
