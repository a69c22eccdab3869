// Starts a function whose process starts another, says which they are, and is killed.
#include <signal.h>

#include <cstdio>
#include <string>

#include "lambda_under_test.h"

int main() {
  ordo::testing::LambdaUnderTest lambda(ordo::testing::shell_function(
      "sh -c 'echo grandchild $$; trap \"\" TERM HUP; while :; do sleep 1000; "
      "done' & echo pid $$; wait"));
  std::puts(lambda.line("pid ").line.c_str());
  std::puts(lambda.line("grandchild ").line.c_str());
  std::fflush(stdout);
  ::raise(SIGKILL);
}
