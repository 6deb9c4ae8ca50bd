// The core of the official SDKs for Node, with its generic call.
const { default: Client, Config, OpenApiRequest, Params } = require("@alicloud/openapi-client");
const { RuntimeOptions } = require("@alicloud/tea-util");
const serve = require("./lines");

serve(async (call) => {
  const client = new Client(
    new Config({
      accessKeyId: call.accessKey,
      accessKeySecret: call.secretKey,
      securityToken: call.securityToken || undefined,
      endpoint: call.endpoint,
      protocol: call.protocol,
    }),
  );
  const params = new Params({
    action: call.action,
    version: "2020-11-09",
    protocol: call.protocol,
    pathname: "/",
    method: "POST",
    authType: "AK",
    style: "RPC",
    reqBodyType: "formData",
    bodyType: "json",
  });
  const headers = serve.present({ "x-acs-date": call.at, "x-acs-signature-nonce": call.nonce });
  try {
    const request = new OpenApiRequest({ query: call.parameters, headers });
    const given = await client.callApi(params, request, new RuntimeOptions({}));
    return { status: given.statusCode, body: given.body };
  } catch (error) {
    if (!error.data) throw error;
    return { status: error.data.statusCode, code: error.code, requestId: error.data.RequestId };
  }
});
