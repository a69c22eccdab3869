#include "aws/s3_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/iso8601.h"
#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedService;
using ::testing::SizeIs;

class Buckets : public ::testing::Test {
 protected:
  static std::string listed(const std::vector<std::string>& keys, bool more = false) {
    std::string xml = "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\">\n<IsTruncated>";
    xml += more ? "true" : "false";
    xml += "</IsTruncated>";
    for (const std::string& key : keys) xml += "\n<Contents><Key>" + key + "</Key></Contents>";
    return xml + "</ListBucketResult>";
  }

  ScriptedService service;
  S3Objects objects{service.context(), {{"results", service.endpoint("s3")}}};
};

TEST_F(Buckets, ArePutInto) {
  service.then(200, "", {{"ETag", "\"abc\""}});
  const auto info = objects.put("results", "a b/\xc3\xa4//+.json", "{}", "application/json");
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->etag, "abc");
  EXPECT_EQ(info->modified_at, service.clock.wall());
  EXPECT_EQ(info->bytes, 2U);
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "PUT /a%20b/%C3%A4//%2B.json");
  EXPECT_EQ(asked[0].headers.get("Content-Type"), "application/json");
  EXPECT_EQ(asked[0].body, "{}");
}

TEST_F(Buckets, TakeAnEmptyObjectWithALength) {
  EXPECT_TRUE(objects.put("results", "k", "", "text/plain").has_value());
  EXPECT_EQ(service.asked()[0].headers.get("Content-Length"), "0");
}

TEST_F(Buckets, TellWhenAnObjectWasPut) {
  service.then(200, "body",
               {{"ETag", "\"abc\""},
                {"Content-Type", "text/plain"},
                {"Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"},
                {"x-amz-meta-ordo-put-at", "2026-01-02T03:04:04.123Z"}});
  service.then(200, "body", {{"Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"}});
  const auto ours = objects.get("results", "k");
  EXPECT_EQ((*ours)->body, "body");
  EXPECT_EQ((*ours)->info.content_type, "text/plain");
  EXPECT_EQ((*ours)->info.bytes, 4U);
  EXPECT_EQ((*ours)->info.modified_at, base::parse_time("2026-01-02T03:04:04.123Z").value());
  const auto theirs = objects.get("results", "k");
  EXPECT_EQ((*theirs)->info.modified_at, base::parse_time("2026-01-02T03:04:05Z").value());
}

TEST_F(Buckets, HaveNothingElse) {
  service.then(404, "<Error><Code>NoSuchKey</Code></Error>");
  EXPECT_EQ(objects.get("results", "k").value(), std::nullopt);
  EXPECT_EQ(objects.get("results", "a\nb").value(), std::nullopt);
  EXPECT_EQ(objects.get("others", "k").value(), std::nullopt);
  EXPECT_EQ(objects.list("others", "", "", 10).value(), std::nullopt);
  EXPECT_EQ(objects.put("others", "k", "", "text/plain").error().code, base::ErrorCode::invalid);
  EXPECT_THAT(service.asked(), SizeIs(1));
}

TEST_F(Buckets, ThatS3DoesNotHaveOrGiveAreUnavailable) {
  service.then(404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>");
  service.then(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
  EXPECT_THAT(objects.get("results", "k").error().message, HasSubstr("s3 GetObject: NoSuchBucket"));
  const auto denied = objects.put("results", "k", "", "text/plain");
  EXPECT_EQ(denied.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(denied.error().message, HasSubstr("s3 PutObject: AccessDenied (403): no; check"));
}

TEST_F(Buckets, AreListedWithWhatEachObjectIs) {
  service.then(200, listed({"a%2Fb+c", "a%2F%C3%A4"}, true));
  service.then(200, "", {{"Content-Type", "text/x"}, {"ETag", "\"e\""}});
  service.then(404);
  const auto page = objects.list("results", "a/", "a/a", 2).value();
  ASSERT_TRUE(page.has_value());
  // The other one is gone meanwhile.
  ASSERT_THAT(page->items, SizeIs(1));
  EXPECT_EQ(page->items[0].content_type, "text/x");
  EXPECT_EQ(page->items[0].etag, "e");
  EXPECT_EQ(page->after, "a/\xc3\xa4");
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].path + "?" + asked[0].query,
            "/?list-type=2&encoding-type=url&max-keys=2&prefix=a%2F&start-after=a%2Fa");
  EXPECT_EQ(asked[1].method, "HEAD");
}

TEST_F(Buckets, AreThereOnceSomethingIsInThem) {
  service.then(200, listed({}));
  EXPECT_EQ(objects.list("results", "", "", 10).value(), std::nullopt);
  service.then(200, listed({}));
  service.then(200, listed({"z"}));
  const auto none = objects.list("results", "a", "", 10).value();
  ASSERT_TRUE(none.has_value());
  EXPECT_THAT(none->items, SizeIs(0));
  EXPECT_FALSE(none->after);
}

TEST(ListedKeysOf, OddDocumentsAreRefused) {
  for (const char* const xml :
       {"", "<ListBucketResult>", "<Error/>", "{}",
        "<ListBucketResult><Contents><Key>%zz</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents/></ListBucketResult>"}) {
    const auto keys = read_listed_keys(xml);
    ASSERT_FALSE(keys.has_value()) << xml;
    EXPECT_EQ(keys.error().code, base::ErrorCode::internal);
  }
  EXPECT_THAT(read_listed_keys("<ListBucketResult><Contents><Key>a%20b+c%2B</Key></Contents>"
                               "</ListBucketResult>")
                  ->keys,
              ElementsAre("a b c+"));
}

}  // namespace
}  // namespace ordo::aws
