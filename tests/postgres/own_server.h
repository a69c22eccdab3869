// A PostgreSQL of a test's own, which it can end as it likes.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace ordo::testing {

// Throws std::runtime_error when the server does not do what it must in time. While it is there,
// postgres_url() is its address.
class OwnPostgres {
 public:
  OwnPostgres();
  ~OwnPostgres();
  OwnPostgres(const OwnPostgres&) = delete;
  OwnPostgres& operator=(const OwnPostgres&) = delete;

  void start();
  // SIGINT: clients are cut off, and all is put away. SIGQUIT: it falls where it stands.
  void stop(int signal);
  // While it is stopped: what it has now is what a replica has that lags from here on.
  void keep_copy();
  // While it is stopped: that replica takes its place, and is promoted.
  void start_copy();

 private:
  [[nodiscard]] std::vector<std::string> as_its_user(std::vector<std::string> command) const;
  // Its exit status.
  int run(std::vector<std::string> command) const;
  void launch_server();
  [[nodiscard]] bool answers() const;

  TempDir folder_;
  const std::string programs_;
  const std::string shared_url_;
  pid_t pid_ = -1;
};

}  // namespace ordo::testing
