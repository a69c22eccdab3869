// Two nodes on one database, and how to make them meet.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "postgres/home.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "system/random.h"

namespace ordo::testing {

// Keeps others waiting for what it holds: locks, or rows that it deletes.
class Holder {
 public:
  explicit Holder(const std::string& url)
      : connection_(open(url)), looks_(postgres_connection(url)) {}

  void hold(const std::string& sql) { execute("BEGIN; " + sql); }
  // What it has done is done.
  void let_go() { execute("COMMIT"); }
  // How many connections of that name wait for a lock.
  std::size_t keeps(const std::string& name) {
    postgres::Params params;
    params.add(std::string_view(name));
    const auto rows = looks_.run(kKept, std::move(params));
    return rows ? rows->number(0, 0) : 0;
  }

 private:
  static inline const postgres::Statement kKept{
      "kept",
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1::text "
      "AND wait_event_type = 'Lock'"};

  static postgres::Connection open(const std::string& url) {
    auto made = postgres::Connection::open({.url = url, .idle_timeout = kPatience}, real_clock());
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  void execute(const std::string& sql) {
    const auto done = connection_.execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }
  postgres::Connection connection_;
  postgres::Connection looks_;
};

class TwoNodes : public ::testing::Test {
 protected:
  TwoNodes() {
    for (auto& node : nodes_) {
      auto home =
          postgres::Home::open({.url = url() + "&application_name=" + name_, .read_connections = 1},
                               real_clock(), random_);
      if (!home) throw std::runtime_error(home.error().message);
      node = std::move(*home);
    }
  }

  [[nodiscard]] std::string url() const { return schema_.url(); }
  postgres::Home& node(std::size_t which) { return *nodes_.at(which); }
  // Both at once: neither goes on before both have come to what is held.
  template <class One, class Other>
  auto race(const std::string& held, One one, Other other) {
    Holder holder(url());
    holder.hold(held);
    auto first = std::async(std::launch::async, std::move(one));
    auto second = std::async(std::launch::async, std::move(other));
    EXPECT_TRUE(eventually([&] { return holder.keeps(name_) == 2; }));
    holder.let_go();
    auto come_of_first = first.get();
    return std::array{std::move(come_of_first), second.get()};
  }
  // What is held is not let go of before `doing` has come to it, and `meanwhile` is done.
  template <class Doing, class Meanwhile>
  auto while_kept(const std::string& held, Doing doing, Meanwhile meanwhile) {
    Holder holder(url());
    holder.hold(held);
    auto kept = std::async(std::launch::async, std::move(doing));
    EXPECT_TRUE(eventually([&] { return holder.keeps(name_) == 1; }));
    meanwhile();
    holder.let_go();
    return kept.get();
  }
  std::int64_t count(const std::string& rows) {
    const postgres::Statement count{"count", "SELECT count(*) FROM " + rows};
    return postgres_connection(url()).run(count)->integer(0, 0);
  }

 private:
  PostgresSchema schema_;
  system::SystemRandom random_;
  const std::string name_ = unique_name("nodes");
  std::array<std::unique_ptr<postgres::Home>, 2> nodes_;
};

}  // namespace ordo::testing
