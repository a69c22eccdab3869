// Our signatures beside those of botocore, the library that AWS's own command is made of.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "base/iso8601.h"
#include "net/http.h"

namespace ordo::aws {
namespace {

namespace json = boost::json;

// What the program prints; "" when it fails.
std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             &::pclose);
  if (pipe == nullptr) return "";
  std::string out;
  std::string chunk(65536, '\0');
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe.get())) {
    out.append(chunk, 0, got);
  }
  return out;
}

std::string text_in(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

TEST(SigV4, SignsAsBotocoreDoes) {
  const char* const emulator = std::getenv("ORDO_AWS_EMULATOR");
  ASSERT_NE(emulator, nullptr) << "ORDO_AWS_EMULATOR names the environment that has botocore";
  const std::string python = std::string(emulator) + "/bin/python";
  const std::string printed =
      output_of(fmt::format("'{}' '{}/tests/aws/sigv4_reference.py'", python, ORDO_SOURCE_DIR));
  ASSERT_FALSE(printed.empty()) << python << " could not run tests/aws/sigv4_reference.py";
  const json::value cases = json::parse(printed);
  ASSERT_GE(cases.as_array().size(), 100U);
  for (const json::value& value : cases.as_array()) {
    const json::object& one = value.as_object();
    net::Request request;
    request.method = text_in(one, "method");
    request.path = text_in(one, "path");
    request.query = text_in(one, "query");
    request.body = text_in(one, "body");
    for (const json::value& header : one.at("headers").as_array()) {
      request.headers.add(std::string(header.at(0).as_string()),
                          std::string(header.at(1).as_string()));
    }
    const Credentials credentials{.access_key_id = "AKIDEXAMPLE",
                                  .secret_access_key = text_in(one, "secret"),
                                  .session_token = text_in(one, "token")};
    const SigningScope scope{text_in(one, "region"), text_in(one, "service")};
    sign(request, scope, credentials, base::parse_time(text_in(one, "time")).value());
    EXPECT_EQ(request.headers.get("Authorization"), text_in(one, "authorization"))
        << json::serialize(one) << "\n"
        << canonical_request(request, scope);
  }
}

}  // namespace
}  // namespace ordo::aws
