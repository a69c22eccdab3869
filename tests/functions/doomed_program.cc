// Starts a function and is killed, without a chance to tidy up: once its process has started
// another, which it names, or, with a number, while so many of its processes are being started.
#include <signal.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lambda_under_test.h"

namespace {

using ordo::testing::LambdaUnderTest;
using ordo::testing::shell_function;

std::ptrdiff_t count_children() {
  std::ptrdiff_t count = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    count += std::distance(std::istream_iterator<int>(children), std::istream_iterator<int>());
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    ordo::functions::LambdaSpec spec = shell_function("exec sleep 1000");
    spec.processes = 64;
    // The larger a program, the longer it takes to fork: time to be killed in.
    const std::vector<char> ballast(128UL * 1024 * 1024, 'x');
    const LambdaUnderTest lambda(std::move(spec));
    while (count_children() < std::atoi(argv[1])) {
    }
    ::raise(SIGKILL);
  }
  LambdaUnderTest lambda(
      shell_function("sh -c 'echo grandchild $$; trap \"\" TERM HUP; while :; do sleep 1000; "
                     "done' & echo pid $$; wait"));
  std::puts(lambda.line("pid ").line.c_str());
  std::puts(lambda.line("grandchild ").line.c_str());
  std::fflush(stdout);
  ::raise(SIGKILL);
}
