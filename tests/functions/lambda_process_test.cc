// How processes begin, end and are replaced.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "lambda_under_test.h"
#include "support/temp_dir.h"

namespace ordo {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::LambdaUnderTest;
using testing::running_task;
using testing::shell_function;
using ::testing::StartsWith;
using testing::told;

bool exists(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

bool no_child_is_left() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < until) {
    const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended < 0 && errno == ECHILD) return true;
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    for (pid_t left = 0; children >> left;) ::kill(left, SIGKILL);
  }
  return false;
}

class LambdaProcess : public ::testing::Test {
 protected:
  functions::LambdaSpec handler(const std::string& script) {
    return testing::shell_handler(script, directory_.path().string());
  }

  testing::TempDir directory_;
};

TEST_F(LambdaProcess, OutputCarriesTheTaskThatWasRunning) {
  LambdaUnderTest lambda(handler(R"(
echo getting ready
while next; do echo working; echo broken >&2; answer '{}'; done)"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}");
  // All that was written before the answer is known when the invocation has ended.
  const auto lines = lambda.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].line, "getting ready");
  EXPECT_FALSE(lines[0].task_id.has_value());
  EXPECT_EQ(lines[1].line, "working");
  EXPECT_EQ(lines[1].task_id, "a");
  EXPECT_EQ(lines[2].line, "broken");
  EXPECT_EQ(lines[2].task_id, "a");
  EXPECT_EQ(lines[2].pid, lines[0].pid);
}

TEST_F(LambdaProcess, ReadsNothingAndInheritsNoDescriptor) {
  // One that is meant to be inherited, too.
  const int held = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(held, 0);
  LambdaUnderTest lambda(shell_function(
      "read -r line || echo at end of input; ls /proc/self/fd; echo done; exec sleep 1000"));
  lambda.line("done");
  std::string all;
  for (const auto& line : lambda.lines()) all += line.line + ",";
  EXPECT_EQ(all, "at end of input,0,1,2,3,done,");  // 3 is the folder that ls reads
  ::close(held);
}

TEST_F(LambdaProcess, RunsInTheTaskRoot) {
  auto spec = shell_function("pwd; echo root $LAMBDA_TASK_ROOT; exec sleep 1000");
  spec.task_root = std::filesystem::canonical(directory_.path()).string();
  LambdaUnderTest lambda(spec);
  lambda.line("root");
  EXPECT_EQ(lambda.lines().front().line, spec.task_root);
}

TEST_F(LambdaProcess, ItsMemoryIsLimited) {
  auto spec = shell_function("ulimit -v; exec sleep 1000");
  spec.memory_mb = 300;
  LambdaUnderTest lambda(spec);
  EXPECT_EQ(lambda.line("").line, std::to_string(300 * 1024));
}

TEST_F(LambdaProcess, SoManyWorkSideBySide) {
  auto spec = handler(R"(while next; do echo at work; read -r go <"$TMP/gate"; answer '{}'; done)");
  spec.processes = 3;
  ASSERT_EQ(std::system(("mkfifo " + directory_.file("gate")).c_str()), 0);
  LambdaUnderTest lambda(spec);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    lambda.invoke(id, {running_task("t" + std::to_string(id))});
  }
  // Each is at work while none has answered.
  for (std::size_t i = 0; i < 3; ++i) lambda.line("at work", i);
  std::set<int> pids;
  for (const auto& line : lambda.lines()) pids.insert(line.pid);
  EXPECT_EQ(pids.size(), 3U);
  EXPECT_EQ(lambda.log.size(), 0U);
  std::ofstream(directory_.file("gate")) << "go\ngo\ngo\n";
  lambda.stop();
}

TEST_F(LambdaProcess, OneThatDiesFailsItsInvocationAndIsReplaced) {
  LambdaUnderTest lambda(handler(R"(
while next; do
  case $event in *bad*) exit 3 ;; *worse*) kill -9 $$ ;; *) answer '{}' ;; esac
done)"));
  lambda.invoke(1, {running_task("bad")});
  lambda.invoke(2, {running_task("worse")});
  lambda.invoke(3, {running_task("good")});
  EXPECT_EQ(told(lambda.log.of(1)), "ProcessExited: the process ended with exit code 3");
  EXPECT_EQ(told(lambda.log.of(2)), "ProcessExited: the process ended by signal 9 (Killed)");
  EXPECT_EQ(told(lambda.log.of(3)), "ok {}");
  const auto troubles = lambda.troubles();
  ASSERT_EQ(troubles.size(), 2U);
  EXPECT_THAT(troubles[0], ::testing::MatchesRegex("process [0-9]+ ended with exit code 3"));
  EXPECT_THAT(troubles[1], HasSubstr(" ended by signal 9 (Killed); it was killed from outside"));
}

TEST_F(LambdaProcess, OneThatTakesTooLongIsKilledWithItsChildren) {
  auto spec = handler(R"(
while next; do
  case $event in
    *slow*) sleep 1000 & echo "child $!"; echo ready; wait ;;
    *) answer '{}' ;;
  esac
done)");
  spec.timeout = base::Millis(700);
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("slow")});
  lambda.invoke(2, {running_task("quick")});
  EXPECT_EQ(told(lambda.log.of(1)), "Timeout: the function took longer than 700 ms");
  const auto child = lambda.line("child ");
  EXPECT_EQ(child.task_id, "slow");
  EXPECT_TRUE(testing::eventually_gone(std::atoi(child.line.c_str() + 6)));
  EXPECT_EQ(told(lambda.log.of(2)), "ok {}");
  ASSERT_EQ(lambda.troubles().size(), 1U);
  EXPECT_THAT(lambda.troubles()[0], EndsWith("is ended: the function took longer than 700 ms"));
}

TEST_F(LambdaProcess, OneThatDoesNotListenIsKilled) {
  auto spec = handler(R"(trap '' TERM; next; echo deaf; while :; do sleep 1000; done)");
  spec.timeout = base::Millis(100);
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  EXPECT_THAT(told(lambda.log.of(1)), StartsWith("Timeout"));
}

// Nobody is left in its own group but the guard.
TEST_F(LambdaProcess, OneThatLeavesItsGroupIsEndedAllTheSame) {
  for (const char* const ears : {"DEFAULT", "IGNORE"}) {
    auto spec = handler(std::string("ears=") + ears + R"(
while next; do
  case $event in
    *slow*) exec perl -e '
      $| = 1;
      $SIG{TERM} = shift;
      setpgrp(0, getpgrp(getppid())) or die "cannot leave: $!";
      print "away\n";
      sleep 1000 while 1' $ears ;;
    *) answer '{}' ;;
  esac
done)");
    spec.timeout = base::Millis(700);
    LambdaUnderTest lambda(spec);
    lambda.invoke(1, {running_task("slow")});
    lambda.invoke(2, {running_task("quick")});
    EXPECT_EQ(lambda.line("away").task_id, "slow");
    EXPECT_EQ(told(lambda.log.of(1)), "Timeout: the function took longer than 700 ms");
    EXPECT_EQ(told(lambda.log.of(2)), "ok {}");
    lambda.stop();
  }
}

TEST_F(LambdaProcess, ACancelledInvocationEndsAndTheNextRuns) {
  LambdaUnderTest lambda(handler(R"(
while next; do
  case $event in *slow*) echo at work; sleep 1000 ;; *) answer '{}' ;; esac
done)"));
  lambda.invoke(1, {running_task("slow")});
  lambda.line("at work");
  lambda.cancel(1);
  lambda.cancel(99);
  EXPECT_EQ(told(lambda.log.of(1)), "Cancelled: the invocation was cancelled");
  lambda.invoke(2, {running_task("quick")});
  EXPECT_EQ(told(lambda.log.of(2)), "ok {}");
}

TEST_F(LambdaProcess, AnInitErrorFailsWhatWaits) {
  LambdaUnderTest lambda(shell_function(R"(
curl -sS -o /dev/null -d '{"errorType": "ImportError", "errorMessage": "no module x"}' \
  "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error"
exit 1)"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "InitError: ImportError: no module x");
  // The failure is not for good: somebody may mend it.
  EXPECT_FALSE(lambda.log.of(1).failure->permanent);
  lambda.invoke(2, {running_task("b")});
  EXPECT_EQ(told(lambda.log.of(2)), "InitError: ImportError: no module x");
}

TEST_F(LambdaProcess, OneThatEndsBeforeItIsReadySaysWhy) {
  LambdaUnderTest lambda(shell_function("echo nothing works >&2; exit 7"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)),
            "InitError: the process ended with exit code 7 before it was ready; its last words: "
            "nothing works");
}

TEST_F(LambdaProcess, OneThatNeverGetsReadyIsGivenUp) {
  auto spec = shell_function("exec sleep 1000");
  spec.init_timeout = base::Millis(50);
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "InitError: it did not ask for an invocation within 50 ms");
}

TEST_F(LambdaProcess, AProgramThatIsNotThereIsNamed) {
  functions::LambdaSpec spec;
  spec.name = "resize";
  spec.command = {"no-such-program", "x"};
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)),
            "InitError: cannot run \"no-such-program\": No such file or directory");
  ASSERT_FALSE(lambda.troubles().empty());
  EXPECT_EQ(lambda.troubles()[0],
            "a process cannot start: cannot run \"no-such-program\": No such file or directory");
}

// Otherwise its tasks would wait for ever, and nobody would hear why.
TEST_F(LambdaProcess, OneThatCannotStartIsGivenTasksToFail) {
  functions::LambdaSpec spec;
  spec.name = "resize";
  spec.command = {"/no/such/program"};
  LambdaUnderTest lambda(std::move(spec));
  EXPECT_TRUE(lambda.log.wait_for_calls(1));
  EXPECT_EQ(lambda.capacity(), 1U);
  lambda.invoke(1, {running_task("a")});
  EXPECT_THAT(told(lambda.log.of(1)), StartsWith("InitError"));
}

TEST_F(LambdaProcess, ManyThatFailAlikeAreToldOnceAPause) {
  functions::LambdaSpec spec;
  spec.name = "resize";
  spec.command = {"no-such-program"};
  spec.processes = 8;
  const auto begun = std::chrono::steady_clock::now();
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  // Three starts of each have failed.
  EXPECT_THAT(told(lambda.log.of(1)), StartsWith("InitError"));
  const std::size_t times_told = lambda.troubles().size();
  const auto pauses = (std::chrono::steady_clock::now() - begun) / functions::kFirstPause;
  EXPECT_LE(times_told, static_cast<std::size_t>(pauses) + 1);
}

TEST_F(LambdaProcess, AnEndThatWasAskedForIsNoTrouble) {
  LambdaUnderTest lambda(handler("while next; do answer '{}'; done"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}");
  lambda.stop();
  EXPECT_THAT(lambda.troubles(), ::testing::IsEmpty());
}

TEST_F(LambdaProcess, ADirectoryThatIsNotThereIsNamed) {
  auto spec = shell_function("exec sleep 1000");
  spec.task_root = directory_.file("nowhere");
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  EXPECT_THAT(told(lambda.log.of(1)), HasSubstr("nowhere: No such file or directory"));
}

TEST_F(LambdaProcess, OneThatAnsweredAndFallsSilentIsReplaced) {
  auto spec = handler(R"(next; answer '{}'; sleep 1000)");
  spec.init_timeout = base::Millis(500);
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  lambda.invoke(2, {running_task("b")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}");
  EXPECT_EQ(told(lambda.log.of(2)), "ok {}");
}

TEST_F(LambdaProcess, OneThatClosesItsOutputGoesOn) {
  LambdaUnderTest lambda(handler("exec >&- 2>&-; while next; do answer '{}'; done"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}");
}

TEST_F(LambdaProcess, NoneIsLeftWhenTheHostIsGone) {
  auto spec = handler(R"(
sleep 1000 &
echo "pid $$"
echo "child $!"
while next; do answer '{}'; done)");
  spec.processes = 2;
  LambdaUnderTest lambda(spec);
  lambda.invoke(1, {running_task("a")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}");
  const int pid = std::atoi(lambda.line("pid ").line.c_str() + 4);
  const int child = std::atoi(lambda.line("child ").line.c_str() + 6);
  EXPECT_TRUE(exists(pid));
  EXPECT_TRUE(exists(child));
  lambda.stop();
  EXPECT_FALSE(exists(pid));  // reaped, not only dead
  EXPECT_TRUE(testing::eventually_gone(child));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(LambdaProcess, NoneIsLeftWhenTheProgramIsKilled) {
  FILE* const program = ::popen(ORDO_DOOMED_PROGRAM, "r");
  ASSERT_NE(program, nullptr);
  int pid = 0;
  int grandchild = 0;
  EXPECT_EQ(std::fscanf(program, "pid %d grandchild %d", &pid, &grandchild), 2);
  const int status = ::pclose(program);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 128 + SIGKILL) << status;
  EXPECT_TRUE(testing::eventually_gone(pid));
  EXPECT_TRUE(testing::eventually_gone(grandchild));
}

// What is left would be ours, and waited for here: each must have been ended by somebody.
TEST_F(LambdaProcess, NoneIsLeftWhenTheProgramIsKilledWhileItStartsThem) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  for (int children = 1; children <= 30; ++children) {
    const std::string count = std::to_string(children);
    const pid_t program = ::fork();
    ASSERT_GE(program, 0);
    if (program == 0) {
      ::execl(ORDO_DOOMED_PROGRAM, ORDO_DOOMED_PROGRAM, count.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(program, &status, 0), program);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ASSERT_TRUE(no_child_is_left()) << count;
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace ordo
