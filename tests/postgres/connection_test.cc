// What a connection is sure of, and how it finds a server.
#include "postgres/connection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "postgres/home.h"
#include "postgres/turn.h"
#include "postgres/writer.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "system/clock.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

const postgres::Statement kDurability{
    "durability",
    "SELECT setting || ' by ' || source FROM pg_settings WHERE name = 'synchronous_commit'"};
const postgres::Statement kStoreOfCommit{"store_of_commit", "SELECT store FROM commits"};
const postgres::Statement kVersionOfCommit{"version_of_commit", "SELECT xmin::text FROM commits"};
const postgres::Statement kCommits{"commits", "SELECT count(*)::text FROM commits"};
const postgres::Statement kMoved{"moved", "SELECT coalesce(to_regclass('moved')::text, 'none')"};
const postgres::Statement kWriters{
    "writers",
    "SELECT count(*)::text FROM nodes n JOIN pg_stat_activity a ON a.pid = n.writer_pid "
    "AND a.backend_start = n.writer_since"};

std::string text_of(postgres::Connection& connection, const postgres::Statement& statement) {
  const auto rows = connection.run(statement);
  return rows ? rows->string(0, 0) : rows.error().message;
}

// Whatever the server is told later.
TEST(PostgresConnections, CommitsAreDurableForAsLongAsTheyLast) {
  auto plain = postgres_connection(postgres_url());
  EXPECT_EQ(text_of(plain, kDurability), "on by session");
  auto careless = postgres_connection(postgres_url() + "&options=-csynchronous_commit%3Doff");
  EXPECT_EQ(text_of(careless, kDurability), "on by session");
  auto standby =
      postgres_connection(postgres_url() + "&options=-csynchronous_commit%3Dremote_apply");
  EXPECT_EQ(text_of(standby, kDurability), "remote_apply by session");
}

// A machine without power answers nothing, and refuses nothing.
TEST(PostgresConnections, AHostThatIsSilentIsPassedOver) {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::acceptor silent(context,
                                              {boost::asio::ip::make_address("127.0.0.1"), 0});
  const std::string url = postgres_url();
  const std::size_t at = url.find("host=");
  ASSERT_NE(at, std::string::npos);
  const std::string folder = url.substr(at + 5, url.find('&', at) - at - 5);
  const std::string both =
      fmt::format("host=127.0.0.1,{} port={},5432 user=postgres dbname=postgres", folder,
                  silent.local_endpoint().port());
  const auto made =
      postgres::Connection::open({.url = both, .connect_timeout = base::Millis(1)}, real_clock());
  EXPECT_TRUE(made.has_value()) << made.error().message;
  const auto hurried = postgres::Connection::open(
      {.url = both + " connect_timeout=3600", .connect_timeout = base::Millis(1), .hurries = true},
      real_clock());
  EXPECT_TRUE(hurried.has_value()) << hurried.error().message;
}

// Another system may be in the schema that everybody has on the path.
TEST(PostgresConnections, WhatIsInOtherSchemasIsNotSeen) {
  const PostgresSchema own;
  const PostgresSchema other;
  auto theirs = postgres_connection(other.url());
  ASSERT_TRUE(theirs.execute("CREATE TABLE moved (target text)").has_value());
  EXPECT_NE(text_of(theirs, kMoved), "none");
  const std::string path = other.url();
  const std::string name = path.substr(path.rfind("%3D") + 3);
  auto ours = postgres_connection(own.url() + "%2C" + name);
  EXPECT_EQ(text_of(ours, kMoved), "none");
}

// Whoever misses it has to find the connection whose locks keep its lanes.
TEST(PostgresConnections, TheWritersIsKnownToTheOtherNodesHoweverItWasMade) {
  const PostgresSchema schema;
  const system::SystemClock clock;
  system::SystemRandom random;
  ASSERT_TRUE(postgres::Home::open({.url = schema.url()}, clock, random).has_value());
  auto look = postgres_connection(schema.url());
  ASSERT_TRUE(look.execute("INSERT INTO nodes (id, name, expires_at) VALUES ('me', 'me', now())")
                  .has_value());
  postgres::Writer writer({.connection = {.url = schema.url()}}, clock, random);
  writer.be("me", false);
  const auto writes = [&writer](const char* id) {
    return writer.apply(std::vector<ports::Write>{add(id)}).has_value();
  };
  ASSERT_TRUE(writes("one"));
  EXPECT_EQ(text_of(look, kWriters), "1");
  ASSERT_TRUE(look.execute("SELECT pg_terminate_backend(writer_pid) FROM nodes").has_value());
  ASSERT_TRUE(eventually([&] { return text_of(look, kWriters) == "0"; }));
  ASSERT_TRUE(writer.probe().has_value());
  ASSERT_TRUE(writes("two"));
  EXPECT_EQ(text_of(look, kWriters), "1");
}

// Behind it everything that was seen before is safe, too: it waits for the standby.
TEST(PostgresConnections, ACommitThatIsLookedForIsWrittenAgain) {
  const PostgresSchema schema;
  const system::SystemClock clock;
  system::SystemRandom random;
  auto home = postgres::Home::open({.url = schema.url()}, clock, random);
  ASSERT_TRUE(home.has_value());
  ASSERT_TRUE((*home)->store().apply(std::vector<ports::Write>{add("one")}).has_value());
  auto connection = postgres_connection(schema.url());
  const std::string store = text_of(connection, kStoreOfCommit);
  auto look = postgres_connection(schema.url());
  const std::string before = text_of(look, kVersionOfCommit);
  const auto note = postgres::commit_of(connection, {store, 1});
  ASSERT_TRUE(note.has_value()) << note.error().message;
  EXPECT_TRUE(note->done);
  EXPECT_NE(text_of(look, kVersionOfCommit), before);
}

// Whoever is told that his task is there has to find it there for good.
TEST(PostgresConnections, AnAnswerOnWhatIsThereAlreadyIsACommit) {
  const PostgresSchema schema;
  const system::SystemClock clock;
  system::SystemRandom random;
  auto home = postgres::Home::open({.url = schema.url()}, clock, random);
  ASSERT_TRUE(home.has_value());
  auto look = postgres_connection(schema.url());
  for (const char* const commits : {"1", "2"}) {
    const std::vector<ports::Write> same{add("one")};
    const auto answers = (*home)->store().apply(same);
    ASSERT_TRUE(answers && answers->front().has_value());
    EXPECT_EQ(text_of(look, kCommits), commits);
  }
}

}  // namespace
}  // namespace ordo::testing
