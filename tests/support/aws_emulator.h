// AWS as the tests have it: moto's server, a process that others wrote. Its state is shared by all
// tests of a run, for it takes a second to start: a test touches only tables, queues, buckets and
// topics of its own, named by unique_name(), and never forgets everybody's state.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/unique_name.h"  // IWYU pragma: export

namespace ordo::testing {

class AwsEmulator {
 public:
  ~AwsEmulator();
  AwsEmulator(const AwsEmulator&) = delete;
  AwsEmulator& operator=(const AwsEmulator&) = delete;

  // Of all its services, as AWS_ENDPOINT_URL takes it: "http://127.0.0.1:41234". Any credentials
  // will do; state is kept apart by region.
  [[nodiscard]] std::string url() const { return url_; }

 private:
  friend AwsEmulator& aws_emulator();
  AwsEmulator();

  std::string url_;
  pid_t pid_ = -1;  // of its own server; -1 without
};

// The one that ORDO_AWS_URL names, as under ./dev test; otherwise one that this program starts
// when first asked, from the virtual environment in ORDO_AWS_EMULATOR, and that ends with this
// program, however that ends. Throws std::runtime_error when there is neither or it does not
// start. The first call is the main thread's; url() may be called by any.
AwsEmulator& aws_emulator();

}  // namespace ordo::testing
