"""`make tick SCHEDULE=<function>`: runs a function's schedules on the running local stack, and prints the result."""

import http.client
import os
import sys
from urllib.parse import urlencode

from local import ports
from local.ports import HOST, PortError

PORT = 3200


def main() -> int:
    try:
        port = ports.read(os.environ.get("OUTBOX_PORT") or str(PORT), "OUTBOX_PORT")
        connection = http.client.HTTPConnection(HOST, port)
        body = urlencode({"function": " ".join(sys.argv[1:])})
        connection.request("POST", "/run", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        text = answer.read().decode().strip()
    except PortError as error:
        text, failed = str(error), True
    except OSError:
        text, failed = f"Nothing is running on {HOST}:{port}: start `make run`, or set its OUTBOX_PORT.", True
    else:
        failed = answer.status != http.client.SEE_OTHER
    print(text, file=sys.stderr if failed else sys.stdout)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
