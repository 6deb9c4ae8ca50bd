"""Uses of what only the plugin's SDK for Python has, an explicit provider; checked as `either.py` is."""

import pulumi
import pulumi_ice as ice


def gate_elsewhere() -> ice.WorkflowTaskGate:
    """The gate, on a provider of its own with settings of every type."""
    role = ice.AssumeRoleArgs(role_arn="acs:ram::123456789012:role/reader")
    provider = ice.Provider(
        "shanghai", region="cn-shanghai", wait_timeout="1h", requests_per_second=5, assume_role=role
    )
    return ice.WorkflowTaskGate("encoded", task_id="t-1", opts=pulumi.ResourceOptions(provider=provider))


def mistakes() -> None:
    """What must not pass, as in `either.py`."""
    ice.Provider("shanghai", region=1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.Provider("shanghai", regoin="cn-shanghai")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
