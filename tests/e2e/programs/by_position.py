"""Gives the task ID by position, where the SDK for Python has another argument."""

import pulumi_ice as ice

ice.get_workflow_task("movie-1")  # type: ignore[arg-type]
