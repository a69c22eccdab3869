// Starts a function, says which process it is, and is killed.
#include <signal.h>

#include <cstdio>
#include <string>

#include "lambda_under_test.h"

int main() {
  ordo::testing::LambdaUnderTest lambda(
      ordo::testing::shell_function("echo pid $$; exec sleep 1000"));
  std::puts(lambda.line("pid ").line.c_str());
  std::fflush(stdout);
  ::raise(SIGKILL);
}
