"""`make deploy`: deploys a stage of the application from its settings file, without asking questions."""
