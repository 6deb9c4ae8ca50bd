"""Let a CDN domain point to a bucket only once what it serves has been transcoded well."""

import pulumi
import pulumi_alicloud as alicloud
import pulumi_ice as ice
from pulumi import ResourceOptions

config = pulumi.Config()

encoded = ice.WorkflowTaskGate("encoded", task_id=config.require("taskId"), wait_timeout="45m")

site = alicloud.cdn.DomainNew(
    "site",
    domain_name=config.require("domain"),
    cdn_type="video",
    scope="overseas",
    sources=[{"content": f"{config.require('bucket')}.oss-cn-shanghai.aliyuncs.com", "type": "oss", "port": 443}],
    opts=ResourceOptions(depends_on=[encoded]),
)

pulumi.export("cname", site.cname)
