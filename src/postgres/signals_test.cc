#include "postgres/signals.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::postgres {
namespace {

TEST(Signals, SayWhichShardsHaveNewTasks) {
  ShardSet shards;
  shards.set(0).set(7).set(255);
  const auto heard = signal_in(text_of({"node-1", shards}));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->from, "node-1");
  EXPECT_EQ(heard->tasks, shards);
}

TEST(Signals, SayThatLanesHaveMoved) {
  const auto heard = signal_in(text_of({"node-1"}));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->from, "node-1");
  EXPECT_FALSE(heard->tasks);
  EXPECT_FALSE(heard->post);
}

TEST(Signals, SayForWhomThereAreLetters) {
  const auto heard = signal_in(text_of({"node-1", std::nullopt, "node-2"}));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->from, "node-1");
  EXPECT_EQ(heard->post, "node-2");
  EXPECT_FALSE(heard->tasks);
}

TEST(Signals, WhatOthersSayOnTheChannelIsNoneOfOurs) {
  for (const std::string text : {"", "hello", "node tasks ", "node tasks 01", "node tasks"}) {
    EXPECT_FALSE(signal_in(text)) << text;
  }
  EXPECT_FALSE(signal_in("node tasks " + std::string(256, '2')));
}

}  // namespace
}  // namespace ordo::postgres
