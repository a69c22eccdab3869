#include "app/http_call_headers.h"

#include <gtest/gtest.h>

#include <string_view>

namespace ordo::app {
namespace {

TEST(HttpCallHeaders, HaveValuesOfText) {
  for (const std::string_view value : {"", "Bearer x", "a\tb", "\xc3\xa4"}) {
    EXPECT_TRUE(is_header_value(value)) << value;
  }
  for (const std::string_view value :
       {std::string_view("a\nb"), std::string_view("\r"), std::string_view("\0", 1),
        std::string_view("\x7f"), std::string_view("\xff")}) {
    EXPECT_FALSE(is_header_value(value)) << value;
  }
}

TEST(HttpCallHeaders, OfTheWireAreNobodysToSet) {
  for (const std::string_view name :
       {"Host", "content-length", "TRANSFER-ENCODING", "Connection", "TE", "Upgrade"}) {
    EXPECT_TRUE(is_of_the_wire(name)) << name;
    EXPECT_TRUE(is_closed_to_definitions(name)) << name;
  }
  EXPECT_FALSE(is_of_the_wire("Authorization"));
  EXPECT_FALSE(is_of_the_wire("X-Host"));
}

TEST(HttpCallHeaders, AreClosedToDefinitionsAsAtTheService) {
  for (const std::string_view name : {"A-IM",
                                      "Accept-Charset",
                                      "Accept-Datetime",
                                      "Accept-Encoding",
                                      "Authorization",
                                      "Cache-Control",
                                      "Connection",
                                      "Content-Encoding",
                                      "Content-MD5",
                                      "Date",
                                      "Expect",
                                      "Forwarded",
                                      "From",
                                      "Host",
                                      "HTTP2-Settings",
                                      "If-Match",
                                      "If-Modified-Since",
                                      "If-None-Match",
                                      "If-Range",
                                      "If-Unmodified-Since",
                                      "Max-Forwards",
                                      "Origin",
                                      "Pragma",
                                      "Proxy-Authorization",
                                      "Referer",
                                      "Server",
                                      "TE",
                                      "Trailer",
                                      "Transfer-Encoding",
                                      "Upgrade",
                                      "Via",
                                      "Warning",
                                      "x-forwarded-for",
                                      "X-AMZ-Date",
                                      "x-amzn-Trace-Id"}) {
    EXPECT_TRUE(is_closed_to_definitions(name)) << name;
  }
  for (const std::string_view name :
       {"Accept", "Content-Type", "X-Api-Key", "X-Amzon", "X-Forwarded", "Idempotency-Key", ""}) {
    EXPECT_FALSE(is_closed_to_definitions(name)) << name;
  }
}

}  // namespace
}  // namespace ordo::app
