"""The official Python SDK, of whatever version lies on PYTHONPATH: a call a line in, an answer a line out.

Calls typed methods where this version has them, the generic one where it has not. Shapes stand in support/clients.py.
"""

import json
import sys

from alibabacloud_ice20201109 import models
from alibabacloud_ice20201109.client import Client
from alibabacloud_tea_openapi import models as api
from alibabacloud_tea_util.models import ExtendsParameters, RuntimeOptions
from Tea.exceptions import TeaException

METHODS = {
    "GetWorkflowTask": "get_workflow_task",
    "ListWorkflowTasks": "list_workflow_tasks",
    "StartWorkflow": "start_workflow",
}


def answer(call):
    client = Client(
        api.Config(
            access_key_id=call["accessKey"],
            access_key_secret=call["secretKey"],
            security_token=call["securityToken"] or None,
            endpoint=call["endpoint"],
            protocol=call["protocol"],
        )
    )
    try:
        given = ask(client, call)
    except TeaException as error:
        data = error.data or {}
        return {"status": data.get("statusCode"), "code": error.code, "requestId": data.get("RequestId")}
    return {"status": given["statusCode"], "body": given["body"]}


def ask(client, call):
    runtime = RuntimeOptions(extends_parameters=ExtendsParameters(**signed_instead(client, call)))
    method = METHODS.get(call["action"], "")
    if hasattr(client, method):
        request = getattr(models, f"{call['action']}Request")().from_map(call["parameters"])
        return getattr(client, f"{method}_with_options")(request, runtime).to_map()
    params = api.Params(
        action=call["action"],
        version="2020-11-09",
        protocol=call["protocol"],
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    return client.call_api(params, api.OpenApiRequest(query=call["parameters"]), runtime)


def signed_instead(client, call):
    """Return the time and the nonce to sign, where the caller gives them."""
    if client._signature_algorithm == "v2":
        given = {"Timestamp": call["at"], "SignatureNonce": call["nonce"]}
        return {"queries": {name: value for name, value in given.items() if value}}
    given = {"x-acs-date": call["at"], "x-acs-signature-nonce": call["nonce"]}
    return {"headers": {name: value for name, value in given.items() if value}}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201  # the answer
