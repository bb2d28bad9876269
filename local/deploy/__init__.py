"""`make deploy`: a stage of the application, from its settings file to a stack on AWS, without a question."""
