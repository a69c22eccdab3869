#include "ordo/second_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <future>

namespace ordo::program {
namespace {

// What stands for the rest of the program never ends: its join waits for a disk.
TEST(SecondSignalDeathTest, EndsWhatWouldNotEndByItself) {
  EXPECT_EXIT(
      {
        const system::SignalWaiter signals;
        SecondSignal second(signals);
        second.listen();
        ::kill(::getpid(), SIGHUP);
        ::kill(::getpid(), SIGTERM);
        std::promise<void> never;
        never.get_future().wait();
      },
      ::testing::ExitedWithCode(128 + SIGTERM), "");
}

}  // namespace
}  // namespace ordo::program
