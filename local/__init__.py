"""The local stack: runs the application of template.yaml on this machine, without Docker and without an AWS account."""
