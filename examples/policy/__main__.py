"""Refuses a CDN domain that depends on no gate: it would serve films that nobody has transcoded yet."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)

GATES = {
    f"{package}:{gate}"
    for package in ("ice:index", "pulumi-python:dynamic/ice")  # the plugin's, and those of ice_dynamic
    for gate in ("WorkflowTaskGate", "WorkflowTaskGroupGate")
}
PUBLISHED = ["alicloud:cdn/domainNew:DomainNew", "alicloud:dcdn/domain:Domain"]


def is_gated(resource: PolicyResource) -> bool:
    """Tell whether a resource comes after a gate: by `depends_on`, by an input, or after another that does."""
    known, seen = [resource], set()
    while known:
        each = known.pop()
        if each.resource_type in GATES:
            return True
        if each.urn not in seen:
            seen.add(each.urn)
            known += each.dependencies
    return False


def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Report what is published and depends on no gate."""
    published = set(args.get_config()["types"])
    for resource in args.resources:
        if resource.resource_type in published and not is_gated(resource):
            report_violation(
                f"{resource.name} is published whether or not its workflow task has ended well: make it depend on an "
                "ice.WorkflowTaskGate (depends_on in Python, dependsOn in YAML and TypeScript)",
                resource.urn,
            )


if __name__ == "__main__":
    PolicyPack(
        name="media",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[
            StackValidationPolicy(
                name="published-behind-a-gate",
                description="What serves films depends on the gate of the task that makes them.",
                validate=validate,
                config_schema=PolicyConfigSchema(
                    properties={"types": {"type": "array", "items": {"type": "string"}, "default": PUBLISHED}}
                ),
            )
        ],
    )
