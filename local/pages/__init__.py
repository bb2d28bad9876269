"""Little pages beside the running stack: where everything is, the outbox, and a website's widget."""
