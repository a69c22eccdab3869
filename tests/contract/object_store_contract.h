// What every home of objects must do. Holds tests: one file of a program includes it.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.h"
#include "ports/object_store.h"
#include "support/fake_clock.h"

namespace ordo::testing {

class ObjectsUnderTest {
 public:
  virtual ~ObjectsUnderTest() = default;
  virtual ports::ObjectStore& objects() = 0;
  virtual void reopen() = 0;  // as after a restart of the process
  FakeClock clock;
};

struct ObjectsFactory {
  std::string name;
  std::function<std::unique_ptr<ObjectsUnderTest>()> make;
};
// Given by the program.
std::vector<ObjectsFactory> object_homes();
inline std::ostream& operator<<(std::ostream& out, const ObjectsFactory& factory) {
  return out << factory.name;
}

class ObjectStoreContract : public ::testing::TestWithParam<ObjectsFactory> {
 protected:
  ports::ObjectStore& objects() { return home->objects(); }
  base::Result<ports::ObjectInfo> put(const std::string& key, const std::string& body,
                                      const std::string& type = "text/plain") {
    return objects().put("results", key, body, type);
  }
  std::optional<ports::Object> get(const std::string& key, const std::string& bucket = "results") {
    return objects().get(bucket, key).value();
  }
  // All keys, by pages of `limit`.
  std::vector<std::string> walk(std::size_t limit, const std::string& prefix = "") {
    std::vector<std::string> keys;
    std::optional<std::string> after = "";
    while (after) {
      const auto page = objects().list("results", prefix, *after, limit).value();
      EXPECT_LE(page->items.size(), limit);
      for (const ports::ObjectInfo& info : page->items) keys.push_back(info.key);
      after = page->after;
    }
    return keys;
  }
  std::unique_ptr<ObjectsUnderTest> home = GetParam().make();
};

inline rc::Gen<std::string> odd_keys() {
  const auto piece = rc::gen::element<std::string>("/", "//", ".", "..", "%", "%2F", "%2e", "~",
                                                   "%~", " ", "a", "B", "\\", ":", "*", "ä", "世界",
                                                   "🙂", "e\u0301", ".tmp-1", ".record", "x.json",
                                                   std::string(90, 'y'), std::string(240, '/'));
  return rc::gen::suchThat(
      rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                   [](const std::vector<std::string>& pieces) {
                     std::string key;
                     for (const std::string& one : pieces) {
                       if (key.size() + one.size() <= ports::kMaxObjectKeyBytes) key += one;
                     }
                     return key;
                   }),
      [](const std::string& key) { return !key.empty(); });
}

TEST_P(ObjectStoreContract, WhatWasPutIsReadBackAsItWas) {
  const std::string body("binary \0\xff\n", 10);
  const auto put_info = put("a/b.bin", body, "application/x-thing; q=1");
  const auto object = get("a/b.bin");
  ASSERT_TRUE(put_info.has_value() && object.has_value());
  EXPECT_EQ(object->body, body);
  EXPECT_EQ(object->info.key, "a/b.bin");
  EXPECT_EQ(object->info.bytes, 10U);
  EXPECT_EQ(object->info.content_type, "application/x-thing; q=1");
  EXPECT_EQ(object->info.etag, base::md5_hex(body));
  EXPECT_EQ(object->info.modified_at, home->clock.wall());
  EXPECT_EQ(put_info->etag, object->info.etag);
  EXPECT_EQ(put_info->modified_at, object->info.modified_at);
}

TEST_P(ObjectStoreContract, ALaterPutTakesThePlaceOfAnEarlierOne) {
  (void)put("k", "one", "text/plain");
  home->clock.advance(std::chrono::seconds(5));
  (void)put("k", "two", "text/html");
  const auto object = get("k");
  EXPECT_EQ(object->body, "two");
  EXPECT_EQ(object->info.content_type, "text/html");
  EXPECT_EQ(object->info.etag, base::md5_hex("two"));
  EXPECT_EQ(object->info.modified_at, home->clock.wall());
  EXPECT_EQ(walk(10), std::vector<std::string>{"k"});
}

TEST_P(ObjectStoreContract, TheSameBytesMayChangeTheirType) {
  (void)put("k", "same", "text/plain");
  (void)put("k", "same", "text/html");
  EXPECT_EQ(get("k")->info.content_type, "text/html");
}

TEST_P(ObjectStoreContract, AnEmptyObjectIsAnObject) {
  (void)put("empty", "");
  EXPECT_EQ(get("empty")->body, "");
  EXPECT_EQ(get("empty")->info.etag, "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_P(ObjectStoreContract, WhatIsNotThereIsNothing) {
  EXPECT_FALSE(get("k"));
  EXPECT_FALSE(objects().list("results", "", "", 10).value());
  (void)put("k", "body");
  EXPECT_FALSE(get("K"));
  EXPECT_FALSE(get(""));
  EXPECT_FALSE(get("k", "others"));
  EXPECT_FALSE(get("k", "../results"));
  EXPECT_FALSE(objects().list("..", "", "", 10).value());
}

TEST_P(ObjectStoreContract, BadNamesTypesAndSizesAreRefused) {
  const auto code = [&](const std::string& bucket, const std::string& key, const std::string& body,
                        const std::string& type) {
    const auto info = objects().put(bucket, key, body, type);
    return info ? "taken" : info.error().code == base::ErrorCode::invalid ? "invalid" : "else";
  };
  const std::string longest(ports::kMaxObjectKeyBytes, 'k');
  for (const std::string bucket : {"ab", "Upper", "under_score", "..", "a/b", "", "a b c"}) {
    EXPECT_STREQ(code(bucket, "k", "b", "text/plain"), "invalid") << bucket;
  }
  EXPECT_STREQ(code(std::string(64, 'b'), "k", "b", "text/plain"), "invalid");
  for (const std::string& key :
       {std::string(), longest + "k", std::string("a\0b", 3), std::string("a\tb"),
        std::string("a\nb"), std::string("\xff"), std::string("a\x7f"), std::string("a\u0085")}) {
    EXPECT_STREQ(code("bucket", key, "b", "text/plain"), "invalid") << key;
  }
  for (const std::string& type :
       {std::string(), std::string("a\r\nb"), std::string("ä"), std::string(256, 't')}) {
    EXPECT_STREQ(code("bucket", "k", "b", type), "invalid") << type;
  }
  const std::string most(ports::kMaxObjectBytes, 'x');
  EXPECT_STREQ(code("bucket", "k", most + "x", "text/plain"), "invalid");
  EXPECT_STREQ(code("bucket", longest, most, "text/plain"), "taken");
  EXPECT_STREQ(code(std::string(63, '.'), "k", "b", std::string(255, 't')), "taken");
}

TEST_P(ObjectStoreContract, ListsGoByKeyAsBytesAndPageByPage) {
  for (const char* key : {"b", "a/2", "a/1", "a", "Z", "ä", "a.b", "~", "%", "a/10"}) {
    (void)put(key, key);
  }
  const std::vector<std::string> all = {"%", "Z", "a", "a.b", "a/1", "a/10", "a/2", "b", "~", "ä"};
  for (const std::size_t limit : {1U, 3U, 9U, 10U, 11U}) EXPECT_EQ(walk(limit), all) << limit;
  EXPECT_EQ(walk(2, "a/"), (std::vector<std::string>{"a/1", "a/10", "a/2"}));
  EXPECT_EQ(walk(2, "none"), std::vector<std::string>{});
  EXPECT_EQ(objects().list("results", "", "a/10", 1).value()->items.front().key, "a/2");
  EXPECT_FALSE(objects().list("results", "", "b", 2).value()->after);
}

TEST_P(ObjectStoreContract, ListsTellWhatGetsDo) {
  (void)put("k.json", "{}", "application/json");
  const auto page = objects().list("results", "", "", 10).value();
  const ports::ObjectInfo& listed = page->items.front();
  const ports::ObjectInfo got = get("k.json")->info;
  EXPECT_EQ(listed.content_type, "application/json");
  EXPECT_EQ(listed.etag, got.etag);
  EXPECT_EQ(listed.bytes, 2U);
  EXPECT_EQ(listed.modified_at, got.modified_at);
}

TEST_P(ObjectStoreContract, ReadersSeeOneOrTheOtherAndNeverAMixture) {
  const std::string one(100'000, '1');
  const std::string two(70'000, '2');
  (void)put("k", one, "type/one");
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 60; ++i)
      (void)put("k", i % 2 == 0 ? two : one, i % 2 == 0 ? "type/two" : "type/one");
    done = true;
  });
  std::size_t reads = 0;
  while (!done || reads == 0) {
    const auto object = get("k");
    ++reads;
    ASSERT_TRUE(object.has_value());
    const bool is_one = object->info.content_type == "type/one";
    ASSERT_TRUE(object->body == (is_one ? one : two));
    ASSERT_EQ(object->info.etag, base::md5_hex(object->body));
  }
}

RC_GTEST_PROP(OddKeys, AreHeldApartAndListedInOrder, ()) {
  for (const ObjectsFactory& factory : object_homes()) {
    const auto home = factory.make();
    std::map<std::string, std::string> model;
    const auto some = rc::gen::container<std::vector<std::string>>(odd_keys());
    for (const std::string& key : *rc::gen::scale(0.25, some)) {
      const std::string body = std::to_string(model.size());
      RC_ASSERT(home->objects().put("odd", key, body, "text/plain").has_value());
      model[key] = body;
    }
    home->reopen();
    std::map<std::string, std::string> found;
    std::vector<std::string> order;
    std::optional<std::string> after = "";
    while (after) {
      const auto page = home->objects().list("odd", "", *after, 3).value();
      if (!page) break;
      for (const ports::ObjectInfo& info : page->items) {
        order.push_back(info.key);
        found[info.key] = home->objects().get("odd", info.key).value()->body;
      }
      after = page->after;
    }
    RC_ASSERT(found == model);
    RC_ASSERT(std::ranges::is_sorted(order));
    RC_ASSERT(order.size() == model.size());
  }
}

}  // namespace ordo::testing
