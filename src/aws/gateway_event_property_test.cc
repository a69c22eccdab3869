// A request that a gateway has made an event of is the same request again, as far as the format
// can carry it. The gateways here do as the documentation says they do, with a library's JSON.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "aws/gateway_event.h"
#include "base/hmac.h"
#include "base/percent.h"
#include "base/text.h"
#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::aws {
namespace {

namespace json = boost::json;
using testing::any_characters;
using testing::one_in;
using testing::pick;

enum class Gateway : std::uint8_t { rest, http_v1, http_v2, function_url };

// What was sent, and in the parts that it was made of.
struct SentRequest {
  net::Request request;
  std::vector<std::string> steps;  // of the path, decoded
  std::vector<std::pair<std::string, std::string>> parameters;
};

std::string any_bytes() {
  std::string bytes(static_cast<std::size_t>(pick(0, 30)), '\0');
  for (char& byte : bytes) byte = static_cast<char>(pick(0, 256));
  return bytes;
}

std::string header_value() {
  std::string value(static_cast<std::size_t>(pick(1, 10)), 'a');
  for (char& c : value) c = static_cast<char>(pick(0x21, 0x7f));
  return value;
}

SentRequest any_request() {
  SentRequest sent;
  net::Request& request = sent.request;
  request.method = *rc::gen::element<std::string>("GET", "POST", "PATCH", "DELETE", "HEAD");
  const int steps = pick(1, 4);
  for (int i = 0; i < steps; ++i) {
    sent.steps.push_back(any_characters(6));
    request.path += "/" + base::percent_encode(sent.steps.back());
  }
  const int parameters = pick(0, 5);
  for (int i = 0; i < parameters; ++i) {
    sent.parameters.emplace_back(one_in(2) ? "q" : "p" + any_characters(3), any_characters(6));
    const auto& [name, value] = sent.parameters.back();
    if (i > 0) request.query += "&";
    request.query += base::percent_encode(name) + "=" + base::percent_encode(value);
  }
  const int fields = pick(0, 5);
  for (int i = 0; i < fields; ++i) {
    request.headers.add(*rc::gen::element<std::string>("Accept", "X-Request-Id", "If-Match"),
                        header_value());
  }
  request.body = one_in(2) ? any_characters(30) : any_bytes();
  request.peer = "203.0.113.7";
  return sent;
}

// By name, in the order in which the names come first.
json::object lists_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::object lists;
  for (const auto& [name, value] : pairs) {
    if (!lists.contains(name)) lists[name] = json::array();
    lists[name].as_array().emplace_back(value);
  }
  return lists;
}

void put_body(json::object& event, const net::Request& request) {
  const bool encoded = !base::is_valid_utf8(request.body) || one_in(3);
  event["isBase64Encoded"] = encoded;
  event["body"] = encoded ? base::base64_encode(request.body) : request.body;
}

std::string first_event(const SentRequest& sent, Gateway gateway, const std::string& path) {
  const net::Request& request = sent.request;
  json::object event{{"httpMethod", request.method}, {"path", path}};
  event["requestContext"] = {{"stage", "prod"}, {"identity", {{"sourceIp", request.peer}}}};
  if (gateway == Gateway::http_v1) event["version"] = "1.0";
  event["multiValueHeaders"] = lists_of({request.headers.begin(), request.headers.end()});
  event["multiValueQueryStringParameters"] = lists_of(sent.parameters);
  put_body(event, request);
  return json::serialize(event);
}

std::string second_event(const SentRequest& sent, Gateway gateway, const std::string& path) {
  const net::Request& request = sent.request;
  const bool of_url = gateway == Gateway::function_url;
  json::object event{{"version", "2.0"}, {"rawPath", path}, {"rawQueryString", request.query}};
  event["requestContext"] = {{"http", {{"method", request.method}, {"sourceIp", request.peer}}},
                             {"stage", of_url ? "$default" : "prod"},
                             {"domainName", of_url ? "x.lambda-url.y.on.aws" : "x.example.org"}};
  json::object headers;
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), base::ascii_lower);
    std::string all = headers.contains(lower) ? headers[lower].as_string().c_str() : "";
    if (!all.empty()) all += ", ";
    all += value;
    headers[lower] = all;
  }
  event["headers"] = std::move(headers);
  put_body(event, request);
  return json::serialize(event);
}

std::string event_of(const SentRequest& sent, Gateway gateway) {
  const bool decodes = gateway == Gateway::http_v1 || gateway == Gateway::http_v2;
  std::string path = sent.request.path;
  if (decodes) {
    path = "/prod";
    for (const std::string& step : sent.steps) path += "/" + step;
  }
  const bool first = gateway == Gateway::rest || gateway == Gateway::http_v1;
  return first ? first_event(sent, gateway, path) : second_event(sent, gateway, path);
}

std::vector<std::pair<std::string, std::string>> decoded_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (query.empty()) return pairs;
  for (const std::string_view one : base::split(query, '&')) {
    const std::size_t equals = one.find('=');
    pairs.emplace_back(base::percent_decode(one.substr(0, equals), true).value(),
                       base::percent_decode(one.substr(equals + 1), true).value());
  }
  return pairs;
}

std::map<std::string, std::string> field_lists(const net::Headers& headers) {
  std::map<std::string, std::string> lists;
  std::string room;
  for (const char* name : {"Accept", "X-Request-Id", "If-Match"}) {
    lists[name] = headers.list(name, room);
  }
  return lists;
}

void check_round_trip(Gateway gateway) {
  const SentRequest sent = any_request();
  const bool decodes = gateway == Gateway::http_v1 || gateway == Gateway::http_v2;
  if (decodes) {
    for (const std::string& step : sent.steps) RC_PRE(step.find('/') == std::string::npos);
  }
  const auto read = read_gateway_event(event_of(sent, gateway));
  RC_ASSERT(read.has_value());
  const net::Request& request = read->request;
  RC_ASSERT(request.method == sent.request.method);
  RC_ASSERT(request.peer == sent.request.peer);
  RC_ASSERT(request.body == sent.request.body);
  RC_ASSERT(field_lists(request.headers) == field_lists(sent.request.headers));
  if (gateway == Gateway::rest || gateway == Gateway::function_url) {
    RC_ASSERT(request.path == sent.request.path);
  } else {
    std::vector<std::string> steps;
    for (const std::string_view step : base::split(std::string_view(request.path).substr(1), '/')) {
      steps.push_back(base::percent_decode(step, false).value());
    }
    RC_ASSERT(steps == sent.steps);
  }
  if (gateway == Gateway::http_v2 || gateway == Gateway::function_url) {
    RC_ASSERT(request.query == sent.request.query);
  } else {
    RC_ASSERT(lists_of(decoded_query(request.query)) == lists_of(sent.parameters));
  }
}

TEST(GatewayEventProperty, ARequestThroughARestApiStays) {
  EXPECT_TRUE(rc::check([] { check_round_trip(Gateway::rest); }));
}

TEST(GatewayEventProperty, ARequestThroughAnHttpApiStays) {
  EXPECT_TRUE(rc::check([] { check_round_trip(Gateway::http_v1); }));
  EXPECT_TRUE(rc::check([] { check_round_trip(Gateway::http_v2); }));
}

TEST(GatewayEventProperty, ARequestThroughAFunctionUrlStays) {
  EXPECT_TRUE(rc::check([] { check_round_trip(Gateway::function_url); }));
}

TEST(GatewayEventProperty, AnAnswerCarriesItsBytes) {
  EXPECT_TRUE(rc::check([] {
    net::Response response;
    response.status = pick(200, 600);
    response.body = one_in(2) ? any_characters(30) : any_bytes();
    response.headers.add("ETag", header_value());
    const auto format = one_in(2) ? PayloadFormat::v1 : PayloadFormat::v2;
    const auto answer = json::parse(gateway_answer(response, format));
    const std::string body = answer.at("body").as_string().c_str();
    const std::string_view text = answer.at("body").as_string();
    RC_ASSERT(answer.at("statusCode").to_number<int>() == response.status);
    RC_ASSERT((answer.at("isBase64Encoded").as_bool() ? base::base64_decode(body).value()
                                                      : std::string(text)) == response.body);
  }));
}

// Whatever comes is answered, never a crash: the event of another source, or a damaged one.
TEST(GatewayEventProperty, ADamagedEventIsReadOrRefused) {
  EXPECT_TRUE(rc::check([] {
    const auto gateway = static_cast<Gateway>(pick(0, 4));
    std::string event = event_of(any_request(), gateway);
    const int damages = pick(1, 4);
    for (int i = 0; i < damages; ++i) {
      event[pick<std::size_t>(0, event.size())] = static_cast<char>(pick(0, 256));
    }
    const auto read = read_gateway_event(event);
    RC_ASSERT((read ? read->request.path.starts_with('/') : !read.error().message.empty()));
  }));
}

}  // namespace
}  // namespace ordo::aws
