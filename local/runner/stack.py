"""The local stack as a Python object: `with LocalStack("template.yaml") as stack: …`."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from botocore.exceptions import HTTPClientError

from local.ports import HOST
from local.runner import application, resources, template
from local.runner.application import ScheduleSpec
from local.runner.clock import Clock
from local.runner.data_server import DataServer
from local.runner.errors import LocalStackError, TemplateError
from local.runner.functions import Functions
from local.runner.gateway import Gateway
from local.runner.http_api import HttpApi
from local.runner.intrinsics import Scope
from local.runner.processes import Spawner
from local.runner.routing import Router
from local.runner.schedules import Schedules
from local.runner.sqs_poller import SqsPoller
from local.runner.streams.poller import StreamPoller, Tamper
from local.runner.watch import Watch


def _print(line: str) -> None:
    print(line, flush=True)


class LocalStack:
    """Runs a SAM template's application: HTTP API, functions, queues, streams, schedules and their data.

    `parameters` are the template's, or a function that returns them for the stack's address, which is called once the
    port is taken. `environment` is added to every function's. `secrets` maps a secret's logical id to its value. Port 0
    is any free port. `keep` is a file that this run's data is written to at the end, and that an earlier run's data is
    read from. `clock` belongs to the caller, who closes it. `log` gets each line that the stack or a function
    writes. `application` is what the template declares, resolved.
    """

    def __init__(
        self,
        template_path: str | Path,
        *,
        port: int = 0,
        data_port: int = 0,
        data_host: str = HOST,
        parameters: Mapping[str, str] | Callable[[str], Mapping[str, str]] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        keep: Path | None = None,
        clock: Clock | None = None,
        log: Callable[[str], None] = _print,
    ) -> None:
        self.stream_tamper: dict[str, Tamper] = {}
        self._template = Path(template_path).resolve()
        self._port, self._data_port, self._data_host = port, data_port, data_host
        self._parameters = parameters or {}
        self._environment = dict(environment or {})
        self._secrets = dict(secrets or {})
        self._keep = keep
        self._given_clock = clock
        self._log = log
        self._exit = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._exit.close()

    @property
    def url(self) -> str:
        """Where the HTTP API answers, without a slash at the end."""
        return f"http://{self._http.host}:{self._http.port}"

    @property
    def aws_endpoint(self) -> str:
        """Where boto3 finds the data: its `endpoint_url`."""
        return self._data.url

    @property
    def data_address(self) -> tuple[str, int]:
        """Host and port of the data."""
        return self._data.host, self._data.port

    def client(self, service: str) -> Any:
        """A boto3 client for the stack's data."""
        return self._data.client(service)

    def put_items(self, table: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Put many items at once, in DynamoDB's JSON. Streams do not see them."""
        self._data.put_items(table, items)

    def sent_mail(self) -> list[dict[str, Any]]:
        """The e-mails that SES sent, newest first: `{"id", "at", "from", "to", "subject", "text", "html"}`."""
        return self._data.sent_mail()

    def sent_sms(self) -> list[dict[str, Any]]:
        """The SMS that SNS sent, newest first: `{"id", "at", "to", "text", "attributes"}`."""
        return self._data.outbox("sms")

    def sent_pushes(self) -> list[dict[str, Any]]:
        """The pushes that SNS sent, newest first: `{"id", "at", "to", "platform", "payload", "attributes"}`."""
        return self._data.outbox("push")

    def outbox(self) -> list[dict[str, Any]]:
        """All of these, newest first, each with its `kind`: `email`, `sms` or `push`."""
        return self._data.outbox()

    def running(self) -> bool:
        """Whether the data server is still running."""
        return self._data.running()

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke a function by its logical id and return its reply. Raises FunctionError."""
        return json.loads(self._functions[function].invoke(json.dumps(event).encode()))

    def warm(self, function: str) -> None:
        """Start the function's process without calling its handler. Raises FunctionError when it cannot start."""
        self._functions[function].warm()

    def kill_function(self, function: str) -> bool:
        """SIGKILL one process of the function, preferably a busy one; False when none is running."""
        return self._functions[function].kill_one()

    def now(self) -> float:
        """The time that functions see, in seconds since 1970."""
        return self._clock.now()

    def set_clock_offset(self, seconds: float) -> None:
        """Move the time that functions see: 3600 is an hour ahead, 0 is real time."""
        self._clock.offset = seconds

    def schedules(self) -> list[ScheduleSpec]:
        """The schedules, sorted by the functions that they run."""
        return sorted(self.application.schedules, key=lambda each: each.function)

    def run_schedule(self, function: str) -> None:
        """Run a function's schedules now. Raises FunctionError, or KeyError when it has none."""
        self._schedules.run(function)

    def idle(self) -> bool:
        """Whether there is nothing to do: no invocation, no undelivered stream record, no message waiting or in flight.

        Delayed messages and open tumbling windows do not count: they may take minutes.
        """
        calls = self._functions.calls()
        quiet = self._functions.pending() == 0 and all(poller.idle() for poller in self._pollers)
        return quiet and self._functions.pending() == 0 and self._functions.calls() == calls

    def _start(self) -> None:
        self._http = HttpApi(HOST, self._port)
        self._exit.callback(self._http.stop)
        spawner = Spawner()
        self._exit.callback(spawner.close)
        self._clock = self._given_clock or self._exit.enter_context(contextlib.closing(Clock()))
        self._data = DataServer(spawner, host=self._data_host, port=self._data_port, log=self._log)
        self._pollers: list[SqsPoller | StreamPoller] = []
        self._exit.callback(self._stop_data)

        given = self._parameters(self.url) if callable(self._parameters) else self._parameters
        expanded, parameters = template.expand(self._template, given)
        scope = Scope(parameters, expanded.get("Conditions", {}), expanded.get("Mappings", {}))
        active = resources.active(expanded["Resources"], scope)
        try:
            resources.create(active, scope, self._data.client, self._secrets)
        except (ConnectionError, HTTPClientError) as error:
            raise LocalStackError(f"the data server (moto) did not start: {error}") from error
        if self._keep and self._keep.exists():
            self._data.load(self._keep.read_bytes())
            resources.set_secrets(active, self._data.client("secretsmanager"), self._secrets)
        self.application = application.read(active, scope, self._template.parent)

        groups = {name: each.log_group for name, each in self.application.functions.items() if each.log_group}
        watch = Watch(groups, self._data.client, self._clock.now)
        self._exit.callback(watch.stop)
        watch.start()

        def log(name: str, line: str) -> None:
            watch.line(name, line)
            self._log(f"[{name}] {line}")

        self._functions = Functions(
            self.application.functions,
            extra_environment={**self._environment, "AWS_ENDPOINT_URL": self._data.url},
            clock_file=self._clock.path,
            spawner=spawner,
            log=log,
        )
        self._exit.callback(self._functions.close)
        self._schedules = Schedules(
            self.application.schedules,
            lambda name, event: self._functions[name].invoke(event),
            started=datetime.now(UTC),
            now=self._clock.now,
            log=self._log,
        )
        self._exit.callback(self._schedules.stop)
        self._start_pollers()
        self._schedules.start()
        gateway = Gateway(
            Router(self.application.routes),
            self._functions,
            cors_configuration=self.application.cors,
            now=self._clock.now,
            log=self._log,
        )
        self._http.start(gateway)
        self._exit.callback(self._http.stop)  # first of all, because later requests could not be served

    def _start_pollers(self) -> None:
        for each in self.application.mappings:
            function = self._functions[each.function]
            if ":sqs:" in each.arn:
                self._pollers.append(SqsPoller(each, function, self._data.client("sqs"), self._log))
            elif ":dynamodb:" in each.arn:

                def tamper(name: str = each.function) -> Tamper | None:
                    return self.stream_tamper.get(name)

                self._pollers.append(
                    StreamPoller(
                        each, function, client=self._data.client, clock=self._clock, tamper=tamper, log=self._log
                    )
                )
            else:
                raise TemplateError(f"{each.name}: the local stack cannot poll {each.arn}.")
        for poller in self._pollers:
            self._exit.callback(poller.stop)
            poller.start()

    def _stop_data(self) -> None:
        """End the data server first: that cuts off the long polls that the pollers' threads are waiting for."""
        if self._keep and self._data.running():
            self._save(self._keep)
        self._data.stop()
        for poller in self._pollers:
            poller.join()

    def _save(self, file: Path) -> None:
        """Write to another file first, so that a run that is killed meanwhile leaves the old one intact."""
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_bytes(self._data.state())
        new.replace(file)
