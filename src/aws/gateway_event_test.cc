#include "aws/gateway_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;

// A REST API's, as it hands a request to its function.
constexpr const char* kRestEvent = R"json({
  "resource": "/tasks",
  "path": "/tasks",
  "httpMethod": "POST",
  "headers": {
    "Accept": "application/json",
    "CloudFront-Viewer-Country": "DE",
    "Content-Type": "application/json",
    "Host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "Idempotency-Key": "k-1",
    "X-Amzn-Trace-Id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
    "X-Forwarded-For": "203.0.113.7, 198.51.100.2",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https"
  },
  "multiValueHeaders": {
    "Accept": ["application/json", "application/problem+json"],
    "CloudFront-Viewer-Country": ["DE"],
    "Content-Type": ["application/json"],
    "Host": ["a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"],
    "Idempotency-Key": ["k-1"],
    "X-Amzn-Trace-Id": ["Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"],
    "X-Forwarded-For": ["203.0.113.7, 198.51.100.2"],
    "X-Forwarded-Port": ["443"],
    "X-Forwarded-Proto": ["https"]
  },
  "queryStringParameters": {"b": "3", "a": "x y"},
  "multiValueQueryStringParameters": {"b": ["2", "3"], "a": ["x y"]},
  "pathParameters": null,
  "stageVariables": null,
  "requestContext": {
    "accountId": "123456789012",
    "apiId": "a1b2c3d4e5",
    "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "domainPrefix": "a1b2c3d4e5",
    "extendedRequestId": "JKJaXmPLvHcESHA=",
    "httpMethod": "POST",
    "identity": {
      "accessKey": null, "accountId": null, "caller": null, "cognitoIdentityId": null,
      "sourceIp": "203.0.113.7", "user": null, "userAgent": "curl/8.5.0", "userArn": null
    },
    "path": "/prod/tasks",
    "protocol": "HTTP/1.1",
    "requestId": "f8f8c3a1-6b0e-4e0c-9c5f-1f2a3b4c5d6e",
    "requestTime": "10/Mar/2026:05:16:23 +0000",
    "requestTimeEpoch": 1583817383220,
    "resourceId": "50t00v",
    "resourcePath": "/tasks",
    "stage": "prod"
  },
  "body": "{\"payload\":{\"text\":\"caf\u00e9\"}}",
  "isBase64Encoded": false
})json";

// An HTTP API's.
constexpr const char* kHttpEvent = R"json({
  "version": "2.0",
  "routeKey": "$default",
  "rawPath": "/prod/objects/order-results/2026/a b%c.json",
  "rawQueryString": "limit=2&prefix=a%2Fb+c&limit=3",
  "cookies": ["one=1", "two=2"],
  "headers": {
    "accept": "application/json,application/problem+json",
    "content-length": "0",
    "host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "x-forwarded-for": "203.0.113.7"
  },
  "queryStringParameters": {"limit": "2,3", "prefix": "a/b c"},
  "requestContext": {
    "accountId": "123456789012",
    "apiId": "a1b2c3d4e5",
    "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "domainPrefix": "a1b2c3d4e5",
    "http": {
      "method": "GET",
      "path": "/prod/objects/order-results/2026/a b%c.json",
      "protocol": "HTTP/1.1",
      "sourceIp": "203.0.113.7",
      "userAgent": "curl/8.5.0"
    },
    "requestId": "JKJaXmPLvHcESHA=",
    "routeKey": "$default",
    "stage": "prod",
    "time": "12/Mar/2026:19:03:58 +0000",
    "timeEpoch": 1583348638390
  },
  "isBase64Encoded": false
})json";

GatewayRequest request_of(std::string_view event) {
  const auto read = read_gateway_event(event);
  EXPECT_TRUE(read) << read.error().message;
  return read.value_or(GatewayRequest());
}

std::string fault_in(std::string_view event) {
  const auto read = read_gateway_event(event);
  if (read) return "none";
  EXPECT_EQ(read.error().code, base::ErrorCode::invalid);
  return read.error().message;
}

// Small events of each kind, with members of the event and of requestContext put into them.
std::string rest_event(const std::string& members) {
  return R"({"httpMethod":"GET","requestContext":{"stage":"prod"},)" + members + "}";
}
std::string http_event(const std::string& members, const std::string& stage = "$default",
                       const std::string& domain = "x.execute-api.eu-central-1.amazonaws.com") {
  return R"({"version":"2.0","requestContext":{"http":{"method":"GET"},"stage":")" + stage +
         R"(","domainName":")" + domain + "\"}," + members + "}";
}

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const net::Request& request) {
  return {request.headers.begin(), request.headers.end()};
}

TEST(GatewayEvent, OfARestApiIsTheRequestThatWasSent) {
  const GatewayRequest read = request_of(kRestEvent);
  EXPECT_EQ(read.format, PayloadFormat::v1);
  EXPECT_EQ(read.request_id, "f8f8c3a1-6b0e-4e0c-9c5f-1f2a3b4c5d6e");
  EXPECT_EQ(read.request.method, "POST");
  EXPECT_EQ(read.request.path, "/tasks");
  EXPECT_EQ(read.request.query, "b=2&b=3&a=x%20y");
  EXPECT_EQ(read.request.peer, "203.0.113.7");
  EXPECT_EQ(read.request.body, R"({"payload":{"text":"café"}})");
  EXPECT_EQ(fields_of(read.request),
            (Fields{{"Accept", "application/json"},
                    {"Accept", "application/problem+json"},
                    {"CloudFront-Viewer-Country", "DE"},
                    {"Content-Type", "application/json"},
                    {"Host", "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"},
                    {"Idempotency-Key", "k-1"},
                    {"X-Amzn-Trace-Id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"},
                    {"X-Forwarded-For", "203.0.113.7, 198.51.100.2"},
                    {"X-Forwarded-Port", "443"},
                    {"X-Forwarded-Proto", "https"},
                    {"Content-Length", "28"}}));
}

TEST(GatewayEvent, OfAnHttpApiIsTheRequestThatWasSent) {
  const GatewayRequest read = request_of(kHttpEvent);
  EXPECT_EQ(read.format, PayloadFormat::v2);
  EXPECT_EQ(read.request_id, "JKJaXmPLvHcESHA=");
  EXPECT_EQ(read.request.method, "GET");
  EXPECT_EQ(read.request.path, "/objects/order-results/2026/a%20b%25c.json");
  EXPECT_EQ(read.request.query, "limit=2&prefix=a%2Fb+c&limit=3");
  EXPECT_EQ(read.request.peer, "203.0.113.7");
  EXPECT_EQ(read.request.body, "");
  EXPECT_EQ(fields_of(read.request),
            (Fields{{"accept", "application/json,application/problem+json"},
                    {"content-length", "0"},
                    {"host", "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"},
                    {"x-forwarded-for", "203.0.113.7"},
                    {"Cookie", "one=1; two=2"}}));
}

TEST(GatewayEvent, OfTheConsolesTestHasNothingButAPath) {
  const GatewayRequest read = request_of(rest_event(
      R"("path":"/tasks","headers":null,"multiValueHeaders":null,"queryStringParameters":null,
         "multiValueQueryStringParameters":null,"body":null,"isBase64Encoded":false)"));
  EXPECT_EQ(read.request.path, "/tasks");
  EXPECT_EQ(read.request.query, "");
  EXPECT_EQ(fields_of(read.request), Fields());
}

TEST(GatewayEvent, WithoutListsTheSingleValuesCount) {
  const GatewayRequest read = request_of(rest_event(
      R"("path":"/","headers":{"A":"1","B":"2"},"queryStringParameters":{"q":"a&b","e":""})"));
  EXPECT_EQ(read.request.query, "q=a%26b&e=");
  EXPECT_EQ(fields_of(read.request), (Fields{{"A", "1"}, {"B", "2"}}));
}

struct PathCase {
  const char* given;
  const char* rest;  // what it is of a REST API or of a function URL
  const char* http;  // what it is of an HTTP API
};

TEST(GatewayEvent, APathIsEncodedAsItWasSent) {
  for (const PathCase& one : {
           PathCase{"/a/b", "/a/b", "/a/b"},
           PathCase{"/a%2Fb", "/a%2Fb", "/a%252Fb"},
           PathCase{"/50%25", "/50%25", "/50%2525"},
           PathCase{"/50%", "/50%", "/50%25"},
           PathCase{"/a b", "/a%20b", "/a%20b"},
           PathCase{"/caf\\u00e9", "/caf%C3%A9", "/caf%C3%A9"},
           PathCase{"/a?b#c", "/a%3Fb%23c", "/a%3Fb%23c"},
           PathCase{"/a+b:c@d;e=f,g", "/a+b:c@d;e=f,g", "/a+b:c@d;e=f,g"},
           PathCase{"/a//b/", "/a//b/", "/a//b/"},
           PathCase{"/a/../b", "/a/../b", "/a/../b"},
       }) {
    const std::string path = std::string(R"("path":")") + one.given + "\"";
    const std::string raw = std::string(R"("rawPath":")") + one.given + "\"";
    EXPECT_EQ(request_of(rest_event(path)).request.path, one.rest);
    EXPECT_EQ(request_of(rest_event(R"("version":"1.0",)" + path)).request.path, one.http);
    EXPECT_EQ(request_of(http_event(raw)).request.path, one.http);
    const std::string url = http_event(raw, "$default", "x.lambda-url.eu-central-1.on.aws");
    EXPECT_EQ(request_of(url).request.path, one.rest);
  }
}

TEST(GatewayEvent, TheStageOfAnHttpApiIsNoPartOfThePath) {
  const auto path = [](const std::string& stage, const std::string& raw) {
    return request_of(http_event(R"("rawPath":")" + raw + "\"", stage)).request.path;
  };
  EXPECT_EQ(path("prod", "/prod/tasks"), "/tasks");
  EXPECT_EQ(path("prod", "/prod"), "/");
  EXPECT_EQ(path("prod", "/prod/"), "/");
  EXPECT_EQ(path("prod", "/production/tasks"), "/production/tasks");
  EXPECT_EQ(path("prod", "/tasks/prod"), "/tasks/prod");
  EXPECT_EQ(path("$default", "/tasks"), "/tasks");
  EXPECT_EQ(path("$default", "/$default"), "/$default");
  // A REST API has taken it off, and HTTP APIs do not in either format.
  EXPECT_EQ(request_of(rest_event(R"("path":"/prod/tasks")")).request.path, "/prod/tasks");
  EXPECT_EQ(request_of(rest_event(R"("version":"1.0","path":"/prod/tasks")")).request.path,
            "/tasks");
}

TEST(GatewayEvent, ADecodedQueryIsEncodedAgain) {
  const GatewayRequest read = request_of(rest_event(
      R"("path":"/","multiValueQueryStringParameters":
         {"prefix":["a/b c+d%&=#"],"caf\u00e9":["\ud83d\ude00"],"flag":[""]})"));
  EXPECT_EQ(read.request.query, "prefix=a%2Fb%20c%2Bd%25%26%3D%23&caf%C3%A9=%F0%9F%98%80&flag=");
}

TEST(GatewayEvent, ARawQueryIsLeftAsItIs) {
  const auto query = [](const std::string& raw) {
    return request_of(http_event(R"("rawPath":"/","rawQueryString":")" + raw + "\"")).request.query;
  };
  EXPECT_EQ(query("a=1&b=x+y%20z&a=2&flag&=?"), "a=1&b=x+y%20z&a=2&flag&=?");
  EXPECT_EQ(query("a=x y\\u00e9#"), "a=x%20y%C3%A9%23");
}

TEST(GatewayEvent, ABodyMayBeBase64) {
  const GatewayRequest read = request_of(
      rest_event(R"("path":"/","body":"AP8=","isBase64Encoded":true,"headers":{"A":"b"})"));
  EXPECT_EQ(read.request.body, std::string("\0\xff", 2));
  EXPECT_EQ(read.request.headers.get("Content-Length"), "2");
}

TEST(GatewayEvent, ALengthIsAddedWhereAServerWouldHaveReadOne) {
  const auto length = [](const std::string& method, const std::string& rest) {
    const std::string event = R"({"httpMethod":")" + method +
                              R"(","path":"/","requestContext":{"stage":"a"})" + rest + "}";
    const net::Request request = request_of(event).request;
    EXPECT_LE(request.headers.count("Content-Length"), 1U);
    return std::string(request.headers.get("Content-Length"));
  };
  EXPECT_EQ(length("GET", ""), "");
  EXPECT_EQ(length("DELETE", ""), "");
  EXPECT_EQ(length("POST", ""), "0");
  EXPECT_EQ(length("PATCH", R"(,"body":null)"), "0");
  EXPECT_EQ(length("DELETE", R"(,"body":"{}")"), "2");
  EXPECT_EQ(length("POST", R"(,"body":"{}","headers":{"content-length":"2"})"), "2");
  EXPECT_EQ(length("POST", R"(,"body":"{}","headers":{"Transfer-Encoding":"chunked"})"), "");
}

TEST(GatewayEvent, ACookieHeaderStays) {
  const GatewayRequest read =
      request_of(http_event(R"("rawPath":"/","headers":{"cookie":"a=1"},"cookies":["a=1"])"));
  EXPECT_EQ(fields_of(read.request), (Fields{{"cookie", "a=1"}}));
}

TEST(GatewayEvent, ThatIsMalformedIsNamedByWhatItLacks) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "is not understood"},
      {"[]", "is not understood"},
      {R"({"a":1,"a":2})", "is not understood"},
      {"{}", "has no requestContext"},
      {R"({"requestContext":7})", "has a requestContext that is no object"},
      {R"({"Records":[]})", "has no requestContext"},
      {rest_event(R"("body":"")"), "has no path"},
      {rest_event(R"("path":7)"), "has a path that is no text"},
      {rest_event(R"("path":"tasks")"), "has a path that does not start with /"},
      {R"({"path":"/","requestContext":{"stage":"a"}})", "has no httpMethod"},
      {R"({"httpMethod":"G T","path":"/","requestContext":{"stage":"a"}})", "has a method"},
      {rest_event(R"("path":"/","headers":[])"), "has a headers that is no object"},
      {rest_event(R"("path":"/","headers":{"A":7})"), "has a value in headers that is no text"},
      {rest_event(R"("path":"/","multiValueHeaders":{"A":[7]})"),
       "has a value in multiValueHeaders that is no text"},
      {rest_event(R"("path":"/","multiValueQueryStringParameters":{"A":[null]})"),
       "has a value in multiValueQueryStringParameters that is no text"},
      {rest_event(R"("path":"/","body":{})"), "has a body that is no text"},
      {rest_event(R"("path":"/","body":"?","isBase64Encoded":true)"), "is no base64"},
      {http_event(R"("rawQueryString":"")"), "has no rawPath"},
      {http_event(R"("rawPath":"/","cookies":[1])"), "has a value in cookies that is no text"},
      {R"({"version":"2.0","rawPath":"/","requestContext":{"stage":"a"}})",
       "has no requestContext.http.method"},
      {R"({"version":"3.0","requestContext":{"stage":"a"}})", "payload version 3.0"},
  };
  for (const auto& [event, fault] : cases) {
    EXPECT_THAT(fault_in(event), HasSubstr(fault)) << event;
    EXPECT_THAT(fault_in(event), HasSubstr("API Gateway")) << event;
  }
}

net::Response some_response() {
  net::Response response;
  response.status = 201;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Vary", "Origin");
  response.headers.add("vary", "Accept");
  response.headers.add("Set-Cookie", "a=1, b");
  response.headers.add("Set-Cookie", "c=2");
  response.body = R"({"text":"café"})";
  return response;
}

TEST(GatewayAnswer, OfTheFirstFormatHasListsOfValues) {
  EXPECT_EQ(boost::json::parse(gateway_answer(some_response(), PayloadFormat::v1)),
            boost::json::parse(R"({"statusCode":201,"multiValueHeaders":{
              "Content-Type":["application/json"],"Vary":["Origin","Accept"],
              "Set-Cookie":["a=1, b","c=2"]},
              "body":"{\"text\":\"café\"}","isBase64Encoded":false})"));
}

TEST(GatewayAnswer, OfTheSecondFormatHasCookiesOfTheirOwn) {
  EXPECT_EQ(boost::json::parse(gateway_answer(some_response(), PayloadFormat::v2)),
            boost::json::parse(R"({"statusCode":201,"headers":{
              "Content-Type":"application/json","Vary":"Origin, Accept"},
              "cookies":["a=1, b","c=2"],
              "body":"{\"text\":\"café\"}","isBase64Encoded":false})"));
}

TEST(GatewayAnswer, ABodyThatIsNoTextIsBase64) {
  net::Response response;
  response.body = std::string("\x1f\x8b\0", 3);
  for (const PayloadFormat format : {PayloadFormat::v1, PayloadFormat::v2}) {
    const auto answer = boost::json::parse(gateway_answer(response, format));
    EXPECT_EQ(answer.at("body"), "H4sA");
    EXPECT_EQ(answer.at("isBase64Encoded"), true);
  }
}

TEST(GatewayAnswer, ToAHeadHasNoBody) {
  const auto answer = boost::json::parse(gateway_answer(some_response(), PayloadFormat::v1, true));
  EXPECT_EQ(answer.at("body"), "");
  EXPECT_EQ(answer.at("statusCode"), 201);
  EXPECT_EQ(answer.at("multiValueHeaders").at("Content-Type").at(0), "application/json");
}

TEST(GatewayAnswer, AHeaderThatIsNoTextIsStillJson) {
  net::Response response;
  response.headers.add("X-Old", "caf\xe9");
  const auto answer = boost::json::parse(gateway_answer(response, PayloadFormat::v2));
  EXPECT_EQ(answer.at("headers").at("X-Old"), "caf%E9");
}

}  // namespace
}  // namespace ordo::aws
