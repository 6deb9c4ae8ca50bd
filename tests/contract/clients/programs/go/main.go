// The core of the official SDKs for Go, with its generic call: a call a line in, an answer a line out.
// Shapes stand in support/clients.py.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
)

type call struct {
	Endpoint, Protocol                  string
	AccessKey, SecretKey, SecurityToken string
	Action                              string
	Parameters                          map[string]string
	At, Nonce                           string
}

type answer struct {
	Status    int    `json:"status"`
	Body      any    `json:"body,omitempty"`
	Code      string `json:"code,omitempty"`
	RequestID string `json:"requestId,omitempty"`
}

func main() {
	calls, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var next call
		if err := calls.Decode(&next); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fail(err)
		}
		given, err := ask(next)
		if err != nil {
			fail(err)
		}
		if err := answers.Encode(given); err != nil {
			fail(err)
		}
	}
}

func ask(next call) (answer, error) {
	config := &openapi.Config{
		AccessKeyId:     &next.AccessKey,
		AccessKeySecret: &next.SecretKey,
		Endpoint:        &next.Endpoint,
		Protocol:        &next.Protocol,
	}
	if next.SecurityToken != "" {
		config.SecurityToken = &next.SecurityToken
	}
	client, err := openapi.NewClient(config)
	if err != nil {
		return answer{}, err
	}
	params := &openapi.Params{
		Action:      &next.Action,
		Version:     dara.String("2020-11-09"),
		Protocol:    &next.Protocol,
		Pathname:    dara.String("/"),
		Method:      dara.String("POST"),
		AuthType:    dara.String("AK"),
		Style:       dara.String("RPC"),
		ReqBodyType: dara.String("formData"),
		BodyType:    dara.String("json"),
	}
	request := &utils.OpenApiRequest{Query: map[string]*string{}, Headers: map[string]*string{}}
	for name, value := range next.Parameters {
		request.Query[name] = dara.String(value)
	}
	for name, value := range map[string]string{"x-acs-date": next.At, "x-acs-signature-nonce": next.Nonce} {
		if value != "" {
			request.Headers[name] = dara.String(value)
		}
	}
	given, err := client.CallApi(params, request, &dara.RuntimeOptions{})
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		var body struct{ RequestId string }
		err = json.Unmarshal([]byte(dara.StringValue(refused.Data)), &body)
		code := dara.StringValue(refused.Code)
		return answer{Status: dara.IntValue(refused.StatusCode), Code: code, RequestID: body.RequestId}, err
	}
	if err != nil {
		return answer{}, err
	}
	status, err := given["statusCode"].(json.Number).Int64()
	return answer{Status: int(status), Body: given["body"]}, err
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
