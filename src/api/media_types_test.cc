#include "api/media_types.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string_view>

namespace ordo::api {
namespace {

constexpr const char* kJson = "application/json";

TEST(Accept, NothingAndStarsTakeAnything) {
  for (const char* accept : {"", "  ", "*/*", "application/*", "text/html, */*;q=0.1"}) {
    EXPECT_TRUE(accepts(accept, kJson)) << accept;
  }
  EXPECT_TRUE(accepts("image/png", "*/*")) << "a route of many types";
}

TEST(Accept, TheTypeIsFoundInAListInAnyCase) {
  EXPECT_TRUE(accepts("text/html, Application/JSON;charset=utf-8", kJson));
  EXPECT_TRUE(accepts("text/html,,application/json ; q=0.001", kJson));
}

TEST(Accept, WhatIsNotNamedIsNotTaken) {
  for (const char* accept : {"text/html", "application/xml", "text/*", "application/jsonp", "json",
                             "application/problem+json"}) {
    EXPECT_FALSE(accepts(accept, kJson)) << accept;
  }
}

TEST(Accept, AWeightOfNothingExcludes) {
  for (const char* accept : {"application/json;q=0", "application/json; q=0.000", "*/*;q=0",
                             "application/json;v=1;Q=0.0"}) {
    EXPECT_FALSE(accepts(accept, kJson)) << accept;
  }
}

TEST(Accept, TheMostSpecificRangeDecides) {
  EXPECT_FALSE(accepts("*/*, application/json;q=0", kJson));
  EXPECT_FALSE(accepts("application/json;q=0, */*", kJson));
  EXPECT_TRUE(accepts("*/*;q=0, application/*", kJson));
  EXPECT_TRUE(accepts("application/json, application/*;q=0, */*;q=0", kJson));
  EXPECT_TRUE(accepts("application/json;q=0, application/json", kJson)) << "the kinder of equals";
}

TEST(ContentType, JsonInUtf8IsJson) {
  for (const char* type : {"application/json", "Application/JSON", "application/json;",
                           "application/json; charset=utf-8", "application/json;charset=UTF-8",
                           "application/json; charset=\"utf-8\"", "application/json; profile=x",
                           "application/json;charset=utf-8;a=\";\""}) {
    EXPECT_TRUE(is_json(type, false)) << type;
    EXPECT_TRUE(is_json(type, true)) << type;
  }
}

TEST(ContentType, WhatAFormOrAPageCanSendIsNotJson) {
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "text/json", "application/jsonx", "application/json; charset=latin1",
        "application/json; charset", "application/json; profile=x, text/plain",
        "application/json, text/plain", "application/json-patch+json"}) {
    EXPECT_FALSE(is_json(type, true)) << type;
  }
}

TEST(ContentType, AMergePatchIsForPatchOnly) {
  EXPECT_TRUE(is_json("application/merge-patch+json", true));
  EXPECT_FALSE(is_json("application/merge-patch+json", false));
}

TEST(Accept, TheHeavierOfSeveralIsPreferredAndTheFirstOfEquals) {
  constexpr std::array<std::string_view, 2> kTypes{"image/svg+xml", "text/vnd.graphviz"};
  for (const char* const accept :
       {"", "*/*", "text/html, */*;q=0.8", "image/*", "text/vnd.graphviz, image/svg+xml",
        "image/svg+xml;q=broken", "text/vnd.graphviz;q=0.4, */*;q=0.5"}) {
    EXPECT_EQ(preferred(accept, kTypes), 0U) << accept;
  }
  for (const char* const accept :
       {"text/vnd.graphviz", "text/*", "*/*, image/svg+xml;q=0",
        "image/*;q=0.2, text/vnd.graphviz;q=0.3", "*/*;q=0.1, text/vnd.graphviz"}) {
    EXPECT_EQ(preferred(accept, kTypes), 1U) << accept;
  }
  for (const char* const accept : {"application/json", "*/*;q=0", "image/png, text/html"}) {
    EXPECT_EQ(preferred(accept, kTypes), std::nullopt) << accept;
  }
}

}  // namespace
}  // namespace ordo::api
