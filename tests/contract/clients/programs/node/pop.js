// The client for Node before the official SDKs: version 1 signatures, everything in a form body.
const { RPCClient } = require("@alicloud/pop-core");
const serve = require("./lines");

serve(async (call) => {
  const client = new RPCClient({
    accessKeyId: call.accessKey,
    accessKeySecret: call.secretKey,
    securityToken: call.securityToken || undefined,
    endpoint: `${call.protocol.toLowerCase()}://${call.endpoint}`,
    apiVersion: "2020-11-09",
  });
  const instead = serve.present({ Timestamp: call.at, SignatureNonce: call.nonce });
  try {
    const body = await client.request(call.action, { ...call.parameters, ...instead }, { method: "POST" });
    return { status: 200, body };
  } catch (error) {
    if (!error.entry) throw error;
    return { status: error.entry.response.statusCode, code: error.code, requestId: error.data.RequestId };
  }
});
