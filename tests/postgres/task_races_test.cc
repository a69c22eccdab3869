// Two nodes on one database that accept the same tasks at the same time.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/committer.h"
#include "postgres/two_nodes.h"
#include "support/task_writes.h"

namespace ordo::testing {
namespace {

// Whose turn another is always faster in.
class SlowPartner : public app::TurnPartner {
 public:
  explicit SlowPartner(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}

  bool begin() override {
    said += "begin ";
    return false;
  }
  std::span<const ports::Write> follow(std::span<const ports::Write> /*writes*/,
                                       std::span<const ports::WriteAnswer> /*answers*/) override {
    said += "follow ";
    meanwhile_();
    return {};
  }
  void committed(std::span<const ports::Write> /*writes*/,
                 std::span<ports::WriteAnswer> /*answers*/) override {
    said += "committed ";
  }
  void undone() override { said += "undone "; }
  void expired(const ports::Expired& /*expired*/) override {}
  [[nodiscard]] std::optional<base::MonoTime> next_turn() const override { return std::nullopt; }

  std::string said;

 private:
  std::function<void()> meanwhile_;
};

class TaskRaces : public TwoNodes {
 protected:
  static std::vector<ports::Write> adding(const std::vector<std::string>& ids) {
    std::vector<ports::Write> writes;
    for (const std::string& id : ids) writes.push_back(add(id));
    return writes;
  }
  // What one node's committer answers while the other node does something.
  std::string commit(SlowPartner& partner, const std::vector<std::string>& ids) {
    app::Committer committer(node(0).store(), real_clock(), {.partner = &partner},
                             [](const base::Error& error) { ADD_FAILURE() << error.message; });
    std::string told;
    committer.submit(adding(ids), [&told](base::Result<app::Committed> committed) {
      if (!committed) {
        told = committed.error().code == base::ErrorCode::unavailable ? "unavailable" : "failed";
        return;
      }
      for (const ports::WriteAnswer& answer : committed->answers) {
        const bool added = answer && std::holds_alternative<ports::Added>(*answer);
        told += added ? "added " : "there ";
      }
    });
    committer.turn();
    return told;
  }
  void accept_elsewhere(const std::string& id) {
    ASSERT_TRUE(node(1).store().apply(adding({id})).has_value());
  }
};

// Whoever is in the same turn does not suffer for it.
TEST_F(TaskRaces, WhatAnotherNodeAcceptsFirstIsAcceptedOnce) {
  bool first = true;
  SlowPartner partner([&] {
    if (std::exchange(first, false)) accept_elsewhere("both");
  });
  EXPECT_EQ(commit(partner, {"one", "both", "two"}), "added there added ");
  EXPECT_EQ(partner.said, "begin follow undone begin follow committed ");
  EXPECT_EQ(count("tasks"), 3);
}

TEST_F(TaskRaces, WhoeverIsAlwaysLateIsToldToComeAgain) {
  int turn = 0;
  SlowPartner partner([&] { accept_elsewhere("t" + std::to_string(++turn)); });
  EXPECT_EQ(commit(partner, {"t1", "t2", "t3", "t4", "t5", "t6"}), "unavailable");
  EXPECT_EQ(count("tasks"), 5) << "and none of them of this node";
}

}  // namespace
}  // namespace ordo::testing
