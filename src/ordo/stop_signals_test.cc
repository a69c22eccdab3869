#include "ordo/stop_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>

namespace ordo::program {
namespace {

// What stands for the rest of the program never ends: it waits for a disk.
void never_end() {
  std::promise<void> never;
  never.get_future().wait();
}

TEST(StopSignalsDeathTest, WhileItOpensItsStoreNothingIsWaitedFor) {
  EXPECT_EXIT(
      {
        const system::SignalWaiter signals;
        const StopSignals stop(signals);
        ::kill(::getpid(), SIGHUP);
        ::kill(::getpid(), SIGTERM);
        never_end();
      },
      ::testing::ExitedWithCode(0), "stopped before it was ready");
}

TEST(StopSignalsDeathTest, TheFirstOneIsToldAndTheSecondEnds) {
  EXPECT_EXIT(
      {
        const system::SignalWaiter signals;
        StopSignals stop(signals);
        stop.keep();
        ::kill(::getpid(), SIGHUP);
        ::kill(::getpid(), SIGINT);
        if (stop.wait() != SIGINT) std::_Exit(1);
        ::kill(::getpid(), SIGTERM);
        never_end();
      },
      ::testing::ExitedWithCode(128 + SIGTERM), "");
}

TEST(StopSignalsDeathTest, WhatEndsByItselfEnds) {
  EXPECT_EXIT(
      {
        {
          const system::SignalWaiter signals;
          const StopSignals stop(signals);
        }
        std::_Exit(7);
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace ordo::program
