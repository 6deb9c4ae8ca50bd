"""Accepts only a task that has ended well."""

import pulumi_ice as ice

ice.get_workflow_task(task_id="movie-1", expected_statuses=["Succeed"])
