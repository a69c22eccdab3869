// Objects on a real PostgreSQL: the suite that all homes of objects pass, and what is its own.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/digest.h"
#include "contract/object_store_contract.h"
#include "postgres/home.h"
#include "postgres/two_nodes.h"
#include "postgres/unreliable_server.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

class PostgresObjectsUnderTest : public ObjectsUnderTest {
 public:
  PostgresObjectsUnderTest() { reopen(); }
  ports::ObjectStore& objects() override { return home_->objects(); }
  void reopen() override {
    home_.reset();
    auto home = postgres::Home::open({.url = schema_.url(), .read_connections = 2}, clock, random_);
    if (!home) throw std::runtime_error(home.error().message);
    home_ = std::move(*home);
  }

 private:
  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> home_;
};

INSTANTIATE_TEST_SUITE_P(Homes, ObjectStoreContract, ::testing::ValuesIn(object_homes()),
                         [](const auto& suite) { return suite.param.name; });

std::string body_of(ports::ObjectStore& objects, const std::string& key) {
  const auto object = objects.get("results", key).value();
  return object ? object->body : "none";
}

class SharedObjects : public TwoNodes {
 protected:
  ports::ObjectStore& at(std::size_t which) { return node(which).objects(); }
  static void put(ports::ObjectStore& objects, const std::string& key, const std::string& body) {
    const auto done = objects.put("results", key, body, "text/plain");
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
};

TEST_F(SharedObjects, WhatOneNodePutsTheOtherReads) {
  put(at(0), "k", "one");
  EXPECT_EQ(body_of(at(1), "k"), "one");
  put(at(1), "k", "two");
  EXPECT_EQ(body_of(at(0), "k"), "two");
  EXPECT_EQ(at(0).list("results", "", "", 10).value()->items.size(), 1U);
  EXPECT_EQ(at(0).list("results", "", "", 10).value()->items[0].etag, base::md5_hex("two"));
}

TEST_F(SharedObjects, OfTwoThatArePutAtOnceOneIsThereWhole) {
  for (const std::string held : {"LOCK TABLE objects", "DELETE FROM objects"}) {
    const auto both = race(
        held, [&] { return at(0).put("results", "k", "one", "type/one"); },
        [&] { return at(1).put("results", "k", "two", "type/two"); });
    for (const auto& done : both) ASSERT_TRUE(done.has_value()) << done.error().message;
    const ports::Object object = at(0).get("results", "k").value().value();
    EXPECT_EQ(object.info.content_type, object.body == "one" ? "type/one" : "type/two");
    EXPECT_EQ(object.info.etag, base::md5_hex(object.body));
    EXPECT_EQ(count("objects"), 1);
  }
}

// As what was sent by a node that has lost its connection since, and has put it again.
TEST_F(SharedObjects, OneThatArrivesLateDoesNotReplaceWhatCameBeforeIt) {
  put(at(0), "k", "first");
  const auto late = while_kept(
      "UPDATE objects SET version = version + 1, body = 'newer'",
      [&] { return at(0).put("results", "k", "late", "text/plain"); }, [] {});
  ASSERT_TRUE(late.has_value()) << late.error().message;
  EXPECT_EQ(body_of(at(1), "k"), "newer");
  put(at(0), "k", "last");
  EXPECT_EQ(body_of(at(1), "k"), "last");
}

TEST_F(SharedObjects, APrefixMayEndWithinACharacterAndKeysMayBeAnything) {
  for (const char* key : {"ä", "ö", "a%", "a_", "a\\", "ab", "\U0010ffff", "\U0010ffffx"}) {
    put(at(0), key, key);
  }
  const auto keys = [&](const std::string& prefix, const std::string& after = "") {
    std::vector<std::string> found;
    const auto page = at(1).list("results", prefix, after, 10).value().value();
    for (const ports::ObjectInfo& info : page.items) found.push_back(info.key);
    return found;
  };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(keys("\xc3"), (Keys{"ä", "ö"}));
  EXPECT_EQ(keys("", "\xc3\xa4\xff"), (Keys{"ö", "\U0010ffff", "\U0010ffffx"}));
  EXPECT_EQ(keys("a%"), Keys{"a%"});
  EXPECT_EQ(keys("a_"), Keys{"a_"});
  EXPECT_EQ(keys("a\\"), Keys{"a\\"});
  EXPECT_EQ(keys("\U0010ffff"), (Keys{"\U0010ffff", "\U0010ffffx"}));
  EXPECT_EQ(keys("\xff"), Keys{});
  EXPECT_EQ(keys(std::string("\0", 1)), Keys{});
}

TEST_F(SharedObjects, APageLooksAtNoMoreThanItHas) {
  postgres::Connection connection = postgres_connection(url());
  ASSERT_TRUE(connection
                  .execute("INSERT INTO objects SELECT 'results', convert_to('k' || "
                           "lpad(n::text, 6, '0'), 'UTF8'), 1, now(), 'e', 'text/plain', "
                           "'\\x00' FROM generate_series(1, 20000) AS n; ANALYZE objects")
                  .has_value());
  const auto page = at(0).list("results", "k0199", "k019910", 3).value().value();
  ASSERT_EQ(page.items.size(), 3U);
  EXPECT_EQ(page.items[0].key, "k019911");
  EXPECT_EQ(page.after, "k019913");
  EXPECT_FALSE(at(0).list("results", "k0199", "k019998", 3).value()->after);
}

// One behind a server that is not to be relied on, and one that looks past it.
class ObjectsOnBadDays : public ::testing::Test {
 protected:
  base::Result<ports::ObjectInfo> put(const std::string& body) {
    return home_->objects().put("results", "k", body, "text/plain");
  }
  std::string there() { return body_of(clear_->objects(), "k"); }
  // There is a connection that has been used.
  void warm() {
    ASSERT_TRUE(eventually([&] { return put("warm").has_value(); }));
  }

  UnreliableServer between{folder_in(postgres_url())};

 private:
  std::unique_ptr<postgres::Home> open(const std::string& url) {
    auto home = postgres::Home::open({.url = url, .read_connections = 1}, real_clock(), random_);
    if (!home) throw std::runtime_error(home.error().message);
    return std::move(*home);
  }
  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> clear_ = open(schema_.url());
  std::unique_ptr<postgres::Home> home_ = open(through(schema_.url(), between.folder()));
};

TEST_F(ObjectsOnBadDays, APutIsDoneAgainWhereverItsConnectionBreaks) {
  std::size_t cut = 0;
  for (std::size_t bytes = 0; bytes < 4000; bytes += 37) {
    warm();
    const std::size_t cuts = between.cuts();
    between.cut_after(bytes);
    const std::string body = std::to_string(bytes) + std::string(300, 'b');
    const auto done = put(body);
    between.calm();
    ASSERT_TRUE(done.has_value()) << bytes << ": " << done.error().message;
    EXPECT_EQ(there(), body) << bytes;
    if (between.cuts() == cuts) break;
    ++cut;
  }
  EXPECT_GT(cut, 10U);
}

TEST_F(ObjectsOnBadDays, APutWhoseAnswerIsLostIsDone) {
  for (std::size_t after = 0; after < 2; ++after) {
    warm();
    between.lose_answer(after);
    const auto done = put("lost");
    between.calm();
    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(there(), "lost");
  }
  EXPECT_EQ(between.cuts(), 2U);
}

TEST_F(ObjectsOnBadDays, WithoutAServerAPutIsRefusedAndNothingHappens) {
  warm();
  between.refuse();
  const auto refused = put("refused");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(there(), "warm");
  between.calm();
  warm();
}

}  // namespace

std::vector<ObjectsFactory> object_homes() {
  return {{"Postgres", [] { return std::make_unique<PostgresObjectsUnderTest>(); }}};
}

}  // namespace ordo::testing
