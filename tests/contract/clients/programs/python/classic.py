"""The Python SDK before the official one, aliyun-python-sdk-core: a call a line in, an answer a line out.

It shares no code with its successor. Shapes stand in support/clients.py.
"""

import json
import sys

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkcore.utils import parameter_helper
from aliyunsdkice.request.v20201109.GetWorkflowTaskRequest import GetWorkflowTaskRequest
from aliyunsdkice.request.v20201109.StartWorkflowRequest import StartWorkflowRequest

TYPED = {"GetWorkflowTask": GetWorkflowTaskRequest, "StartWorkflow": StartWorkflowRequest}

now, fresh = parameter_helper.get_iso_8061_date, parameter_helper.get_uuid


def answer(call):
    # It always signs its own time and nonce, and has no setting for them.
    parameter_helper.get_iso_8061_date = lambda: call["at"] or now()
    parameter_helper.get_uuid = lambda: call["nonce"] or fresh()
    if call["securityToken"]:
        credential = StsTokenCredential(call["accessKey"], call["secretKey"], call["securityToken"])
    else:
        credential = AccessKeyCredential(call["accessKey"], call["secretKey"])
    client = AcsClient(region_id="cn-shanghai", credential=credential, auto_retry=False)
    try:
        body = client.do_action_with_exception(request_of(call))
    except ServerException as error:
        return {"status": error.get_http_status(), "code": error.get_error_code(), "requestId": error.get_request_id()}
    return {"status": 200, "body": json.loads(body)}


def request_of(call):
    if call["action"] in TYPED:
        request = TYPED[call["action"]]()
        for name, value in call["parameters"].items():
            getattr(request, f"set_{name}")(value)
    else:
        request = CommonRequest(version="2020-11-09", action_name=call["action"], product="ICE")
        for name, value in call["parameters"].items():
            request.add_query_param(name, value)
    request.set_method("POST")
    request.set_accept_format("JSON")
    request.set_protocol_type(call["protocol"].lower())
    request.set_endpoint(call["endpoint"])
    return request


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201  # the answer
