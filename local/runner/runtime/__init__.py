"""Goes on the PYTHONPATH of function processes, as a folder: nothing imports it as a package."""
