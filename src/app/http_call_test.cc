#include "app/http_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/function_host.h"

namespace ordo::app {
namespace {

using ports::HttpField;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A whole set of parameters, with these members more, or in place of its own.
std::string with(const std::string& members) {
  auto all = *base::parse_json_object(
      R"({"ApiEndpoint":"https://api.example/v1","Method":"POST",
          "Authentication":{"ConnectionArn":"crm"}})");
  auto others = *base::parse_json_object(members);
  for (auto& member : others) {
    std::erase_if(all, [&](const base::JsonMember& one) { return one.key == member.key; });
    all.push_back(std::move(member));
  }
  std::string json = "{";
  for (const auto& member : all) {
    if (json.size() > 1) json.push_back(',');
    base::append_json_string(json, member.key);
    json += ":" + json_of(member);
  }
  return json + "}";
}
states::Outcome<ports::HttpCall> read(const std::string& members = "{}") {
  return read_http_call(*CallParameters::parse(with(members)));
}
ports::HttpCall call(const std::string& members) {
  auto made = read(members);
  EXPECT_TRUE(made.has_value()) << members << made.error().cause;
  return made ? std::move(*made) : ports::HttpCall{};
}
// Every one of them is States.Runtime.
std::string refusal(const std::string& members) {
  const auto made = read(members);
  EXPECT_FALSE(made.has_value()) << members;
  if (made) return "";
  EXPECT_EQ(made.error().error, states::kRuntime);
  return made.error().cause;
}

TEST(HttpCall, IsOfAConnectionWhichAnArnOrANameNames) {
  EXPECT_EQ(call("{}").connection, "crm");
  const std::string arn = "arn:aws:events:us-east-2:123456789012:connection/Stripe/81210c42-8af1";
  EXPECT_EQ(connection_name(arn), "Stripe");
  EXPECT_EQ(connection_name("arn:aws:events:::connection/Stripe"), "Stripe");
  EXPECT_EQ(connection_name("arn:aws:events:::rule/Stripe"), "arn:aws:events:::rule/Stripe");
  EXPECT_EQ(connection_name("my.crm-1"), "my.crm-1");
  EXPECT_EQ(call(R"({"Authentication":null,"InvocationConfig":{"ConnectionArn":")" + arn + "\"}}")
                .connection,
            "Stripe");
}

TEST(HttpCall, WithoutAConnectionIsRefused) {
  for (const char* const members :
       {R"({"Authentication":null})", R"({"Authentication":{"ConnectionArn":null}})",
        R"({"Authentication":{"ConnectionArn":""}})", R"({"Authentication":"crm"})",
        R"({"Authentication":{"ConnectionArn":7}})"}) {
    EXPECT_THAT(refusal(members), HasSubstr("\"ConnectionArn\" is required")) << members;
  }
}

TEST(HttpCall, HasOneOfSevenMethods) {
  for (const char* const method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"}) {
    EXPECT_EQ(call(R"({"Method":")" + std::string(method) + "\"}").method, method);
  }
  for (const char* const method : {"\"get\"", "\"TRACE\"", "\"\"", "null", "1"}) {
    EXPECT_THAT(refusal(R"({"Method":)" + std::string(method) + "}"), HasSubstr("\"Method\""));
  }
}

TEST(HttpCall, GoesToAUrlOfHttp) {
  for (const char* const url : {"https://api.example", "HTTP://api.example:81/a%20b?c=@d",
                                "http://[::1]/", "https://api.example/a@b"}) {
    EXPECT_EQ(call(R"({"ApiEndpoint":")" + std::string(url) + "\"}").url, url);
  }
  for (const char* const url :
       {"\"\"", "null", "7", "\"api.example\"", "\"ftp://api.example\"", "\"https://\"",
        "\"https:///path\"", "\"https://a b\"", "\"https://a/\\r\\nx\"", "\"https://a/#part\"",
        "\"https://user:word@a/\"", "\"https://ä.example\"", "\"https://a@b?c\""}) {
    EXPECT_THAT(refusal(R"({"ApiEndpoint":)" + std::string(url) + "}"), HasSubstr("ApiEndpoint"))
        << url;
  }
}

TEST(HttpCall, AddsQueryParametersEscaped) {
  EXPECT_EQ(call(R"({"QueryParameters":{"q":"a b&c","n":4.50,"on":true,"ids":["x",2]}})").url,
            "https://api.example/v1?q=a%20b%26c&n=4.50&on=true&ids=x&ids=2");
  EXPECT_EQ(call(R"({"ApiEndpoint":"https://a/?x=1","QueryParameters":{"y":"2","ü":"3"}})").url,
            "https://a/?x=1&y=2&%C3%BC=3");
  EXPECT_EQ(call(R"({"ApiEndpoint":"https://a/?","QueryParameters":{"y":"2","z":"3"}})").url,
            "https://a/?y=2&z=3");
  EXPECT_EQ(call(R"({"QueryParameters":{"none":[]}})").url, "https://api.example/v1");
  for (const char* const bad :
       {R"("a=b")", "[1]", R"({"a":null})", R"({"a":{"b":1}})", R"({"a":[["b"]]})"}) {
    EXPECT_THAT(refusal(R"({"QueryParameters":)" + std::string(bad) + "}"),
                HasSubstr("QueryParameters"))
        << bad;
  }
}

TEST(HttpCall, HasTheHeadersOfTheDefinition) {
  EXPECT_THAT(
      call(R"({"Headers":{"X-Trace":"1","X-Count":2,"Accept":["a","b"],"User-Agent":"me"}})")
          .headers,
      ElementsAre(HttpField{"X-Trace", "1"}, HttpField{"X-Count", "2"}, HttpField{"Accept", "a"},
                  HttpField{"Accept", "b"}, HttpField{"User-Agent", "me"}));
  EXPECT_THAT(call("{}").headers, IsEmpty());
}

TEST(HttpCall, SetsNoHeaderThatIsNotTheDefinitionsToSet) {
  for (const char* const name :
       {"Authorization", "HOST", "connection", "Transfer-Encoding", "Content-Length", "Keep-Alive",
        "Proxy-Authorization", "Expect", "Date", "X-Amz-Date", "x-amzn-trace-id", "X-Forwarded-For",
        "Accept-Encoding", "If-None-Match", "Warning"}) {
    EXPECT_THAT(refusal(R"({"Headers":{")" + std::string(name) + R"(":"x"}})"),
                HasSubstr(std::string(name) + "\" cannot be set"));
  }
  for (const char* const name : {"X-Amzon", "X-Forwarded", "Accept", "Dates"}) {
    EXPECT_EQ(call(R"({"Headers":{")" + std::string(name) + R"(":"x"}})").headers.size(), 1U);
  }
}

TEST(HttpCall, SendsNoHeaderThatWouldBreakTheRequest) {
  for (const char* const headers :
       {R"({"a b":"x"})", R"({"":"x"})", R"({"a:":"x"})", R"({"ä":"x"})", R"({"a":"x\r\nb: y"})",
        R"({"a":"\u0000"})", R"({"a":["x","\u007f"]})"}) {
    EXPECT_THAT(refusal(R"({"Headers":)" + std::string(headers) + "}"),
                HasSubstr("cannot be sent as a header"))
        << headers;
  }
  EXPECT_THAT(refusal(R"({"Headers":"a: b"})"), HasSubstr("\"Headers\" is not an object"));
  EXPECT_THAT(refusal(R"({"Headers":{"a":null}})"), HasSubstr("neither a value nor a list"));
}

TEST(HttpCall, HasABodyOfJsonOrTextWithItsType) {
  const auto json = call(R"({"RequestBody":{"n":4.50,"text":"ü"}})");
  EXPECT_EQ(json.body, R"({"n":4.50,"text":"ü"})");
  EXPECT_THAT(json.headers,
              ElementsAre(HttpField{"Content-Type", "application/json; charset=UTF-8"}));
  const auto text = call(R"({"RequestBody":"<a/>","Headers":{"content-type":"text/xml"}})");
  EXPECT_EQ(text.body, "<a/>");
  EXPECT_THAT(text.headers, ElementsAre(HttpField{"content-type", "text/xml"}));
  EXPECT_EQ(call(R"({"RequestBody":[1,2]})").body, "[1,2]");
  EXPECT_EQ(call("{}").body, "");
}

TEST(HttpCall, HasABodyThatIsAFormWhenItIsTransformed) {
  const std::string transform = R"("Transform":{"RequestBodyEncoding":"URL_ENCODED")";
  const auto form = call("{" + transform + R"(},"RequestBody":{"a":["x","y"],"b":1}})");
  EXPECT_EQ(form.body, "a%5B0%5D=x&a%5B1%5D=y&b=1");
  EXPECT_THAT(form.headers,
              ElementsAre(HttpField{"Content-Type", "application/x-www-form-urlencoded"}));
  EXPECT_EQ(call("{" + transform + R"(,"RequestEncodingOptions":{"ArrayFormat":"REPEAT"}},)" +
                 R"("RequestBody":{"a":["x","y"]}})")
                .body,
            "a=x&a=y");
  EXPECT_EQ(call("{" + transform + R"(},"RequestBody":"a=x"})").body, "a=x");
  EXPECT_EQ(call(R"({"Transform":{"RequestBodyEncoding":"NONE"},"RequestBody":{"a":1}})").body,
            R"({"a":1})");
  EXPECT_THAT(refusal("{" + transform + R"(},"RequestBody":[1]})"), HasSubstr("URL-encoded"));
  EXPECT_THAT(refusal("{" + transform + R"(,"RequestEncodingOptions":{"ArrayFormat":"COMMAS"}},)" +
                      R"("RequestBody":{"a":[[1]]}})"),
              HasSubstr("COMMAS"));
  for (const char* const bad :
       {R"("URL_ENCODED")", R"({"RequestBodyEncoding":"GZIP"})", R"({"RequestBodyEncoding":1})",
        R"({"RequestBodyEncoding":"URL_ENCODED","RequestEncodingOptions":{"ArrayFormat":"X"}})"}) {
    EXPECT_THAT(refusal(R"({"RequestBody":{},"Transform":)" + std::string(bad) + "}"),
                HasSubstr("\"Transform\""))
        << bad;
  }
}

ports::HttpAnswer answer(int status, std::string type, std::string body) {
  ports::HttpAnswer answer;
  answer.status = status;
  answer.status_text = status == 200 ? "OK" : "";
  if (!type.empty()) answer.headers.push_back({"Content-Type", std::move(type)});
  answer.body = std::move(body);
  return answer;
}
std::string output(ports::HttpAnswer answer) {
  const auto read = read_http_outcome(std::move(answer));
  return read ? *read : read.error().error + ": " + read.error().cause;
}

TEST(HttpAnswer, IsAnOutputWithItsHeadersBodyAndStatus) {
  ports::HttpAnswer two = answer(200, "application/json; charset=utf-8", R"({"n": 4.50})");
  two.headers.push_back({"Link", "<a>"});
  two.headers.push_back({"link", "<b>"});
  EXPECT_EQ(
      output(std::move(two)),
      R"({"Headers":{"content-type":["application/json; charset=utf-8"],)"
      R"("link":["<a>","<b>"]},"ResponseBody":{"n":4.50},"StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(output(answer(204, "", "")),
            R"({"Headers":{},"ResponseBody":"","StatusCode":204,"StatusText":""})");
}

TEST(HttpAnswer, HasABodyOfJsonOnlyWhereItIsSaidToBeAndIs) {
  const auto body = [](std::string type, std::string text) {
    const std::string all = output(answer(200, std::move(type), std::move(text)));
    const auto members = base::parse_json_object(all);
    return members ? json_of((*members)[1]) : all;
  };
  EXPECT_EQ(body("application/problem+json", "[1, 2]"), "[1,2]");
  EXPECT_EQ(body("Application/JSON", "null"), "null");
  EXPECT_EQ(body("text/plain", "[1]"), R"("[1]")");
  EXPECT_EQ(body("", "{}"), R"("{}")");
  EXPECT_EQ(body("application/json", "[1"), R"("[1")");
  EXPECT_EQ(body("application/json", ""), R"("")");
}

TEST(HttpAnswer, ThatIsNoTextIsRefused) {
  for (const char* const type :
       {"application/octet-stream", "image/png", "video/mp4", "audio/ogg"}) {
    EXPECT_EQ(output(answer(200, type, "abc")),
              "States.Runtime: the answer is no text, but \"" + std::string(type) + "\"");
  }
  EXPECT_THAT(output(answer(200, "text/plain", "\xff")), HasSubstr("States.Runtime: "));
}

TEST(HttpAnswer, OfAnotherStatusIsAFaultOfThatName) {
  EXPECT_EQ(output(answer(404, "text/plain", "no such")), "States.Http.StatusCode.404: no such");
  EXPECT_EQ(output(answer(301, "", "")), "States.Http.StatusCode.301: ");
  EXPECT_EQ(output(answer(500, "image/png", "\xff")), "States.Http.StatusCode.500: ");
  EXPECT_EQ(output(answer(503, "", std::string(ports::kMaxCallCauseBytes + 1, 'x'))).size(),
            std::string("States.Http.StatusCode.503: ").size() + ports::kMaxCallCauseBytes);
}

TEST(HttpAnswer, HasHeadersOfTextWhateverTheServerSends) {
  ports::HttpAnswer odd = answer(200, "", "");
  odd.headers.push_back({"X-Odd", "\xff"});
  EXPECT_THAT(output(std::move(odd)), HasSubstr(R"("x-odd":[""])"));
}

TEST(HttpAnswer, ThatDoesNotComeIsAFaultByItsReason) {
  const auto fault = [](ports::HttpFault why, int status = 0) {
    const auto read =
        read_http_outcome(std::unexpected(ports::HttpCallFault{why, "the reason", status}));
    EXPECT_FALSE(read.has_value());
    return read ? "" : read.error().error + ": " + read.error().cause;
  };
  using enum ports::HttpFault;
  EXPECT_EQ(fault(unheard), "States.Http.Socket: the reason");
  EXPECT_EQ(fault(unheard, 200), "States.Http.Socket: the reason");
  EXPECT_EQ(fault(too_large, 200), "States.DataLimitExceeded: the reason");
  EXPECT_EQ(fault(too_large, 502), "States.Http.StatusCode.502: ");
  EXPECT_EQ(fault(unusable), "States.Runtime: the reason");
  EXPECT_EQ(fault(no_connection), "Events.ConnectionResource.ResourceNotFound: the reason");
}

// A machine that is one call with these parameters.
std::string faults_of(const std::string& parameters) {
  std::string state = R"({"Type":"Task","Resource":"arn:aws:states:::http:invoke","End":true)";
  if (!parameters.empty()) state += R"(,"Parameters":)" + parameters;
  const auto machine =
      states::parse_machine(R"({"StartAt":"a/b","States":{"a/b":)" + state + "}}}");
  EXPECT_TRUE(machine.has_value());
  if (!machine) return "";
  std::string all;
  for (const auto& fault : check_http_connections(**machine, {"crm"})) {
    all += fault.pointer + " " + fault.code + " " + fault.message;
  }
  return all;
}

TEST(HttpConnectionCheck, FindsOneThatIsNotConfiguredAndOneThatIsMissing) {
  EXPECT_EQ(
      faults_of(R"({"Authentication":{"ConnectionArn":"arn:aws:events:r:1:connection/crn/u"}})"),
      "/States/a~1b/Parameters/Authentication/ConnectionArn unknown_connection "
      "there is no [connections.crn]");
  EXPECT_EQ(faults_of(R"({"InvocationConfig":{"ConnectionArn":"erp"}})"),
            "/States/a~1b/Parameters/InvocationConfig/ConnectionArn unknown_connection "
            "there is no [connections.erp]");
  for (const char* const none : {"{}", R"({"Authentication":{}})", R"({"Authentication":7})"}) {
    EXPECT_THAT(faults_of(none), HasSubstr("/States/a~1b/Parameters missing \"ConnectionArn\""))
        << none;
  }
}

TEST(HttpConnectionCheck, FindsAStateByTheLongestNameThatThereCanBe) {
  std::string name;
  for (std::size_t i = 0; i < states::kMaxStateNameCharacters; ++i) name += "\U0001F4E6";
  const auto machine = states::parse_machine(
      R"({"StartAt":")" + name + R"(","States":{")" + name +
      R"(":{"Type":"Task","Resource":"arn:aws:states:::http:invoke","End":true,"Parameters":{}}}})");
  ASSERT_TRUE(machine.has_value()) << machine.error().message;
  const auto faults = check_http_connections(**machine, {});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].pointer, "/States/" + name + "/Parameters");
}

TEST(HttpConnectionCheck, LooksIntoBranchesAndIterations) {
  const std::string call =
      R"({"Type":"Task","Resource":"arn:aws:states:::http:invoke","End":true,"Parameters":{}})";
  const auto flow = [](const std::string& name, const std::string& state) {
    return R"({"StartAt":")" + name + R"(","States":{")" + name + "\":" + state + "}}";
  };
  const auto machine = states::parse_machine(flow(
      "P",
      R"({"Type":"Parallel","End":true,"Branches":[)" + flow("~a", R"({"Type":"Succeed"})") + "," +
          flow("m\\u00e4", R"({"Type":"Map","End":true,"ItemProcessor":)" + flow("c", call) + "}") +
          "]}"));
  ASSERT_TRUE(machine.has_value()) << machine.error().message;
  const auto faults = check_http_connections(**machine, {});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].pointer,
            "/States/P/Branches/1/States/m\u00e4/ItemProcessor/States/c/Parameters");
}

TEST(HttpConnectionCheck, LeavesAloneWhatIsThereAndWhatIsComputed) {
  for (const char* const fine :
       {R"({"Authentication":{"ConnectionArn":"crm"},"ApiEndpoint.$":"$.url"})",
        R"({"Authentication":{"ConnectionArn.$":"$.arn"}})", R"({"Authentication.$":"$.how"})",
        R"x({"InvocationConfig":{"ConnectionArn.$":"States.Format('{}', $.arn)"}})x", ""}) {
    EXPECT_EQ(faults_of(fine), "") << fine;
  }
}

}  // namespace
}  // namespace ordo::app
