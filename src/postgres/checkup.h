// What can be said of a database without serving from it. Changes nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "ports/clock.h"
#include "postgres/home.h"

namespace ordo::postgres {

struct ServerSettings {
  std::string version;  // "15.18"
  bool fsync = false;
  bool full_page_writes = false;
  std::string synchronous_commit;  // of connections that say nothing of it; ours do if it is off
  std::string standbys;            // which commits wait for, as the server has it; empty: none
  std::int64_t connections = 0;    // that this user may have, all users' together
  std::int64_t connections_used = 0;
};

// How much is kept. What is beyond kMostCounted is not counted; of tasks all are.
inline constexpr std::int64_t kMostCounted = 1'000'000;
struct Contents {
  std::int64_t tasks = 0;
  std::int64_t orders = 0;
  std::int64_t executions = 0;
  std::int64_t objects = 0;
  std::int64_t nodes = 0;  // that are alive
  std::int64_t bytes = 0;  // on the disk, with the indexes
};

// One connection. One thread at a time; borrows the clock.
class Checkup {
 public:
  // `invalid`: no address, or a server or a database of a kind that cannot be used; `unavailable`:
  // it cannot be reached.
  static base::Result<Checkup> open(const HomeOptions& options, const ports::Clock& clock);
  ~Checkup();
  Checkup(Checkup&&) noexcept;
  Checkup& operator=(Checkup&&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }  // without secrets
  base::Result<ServerSettings> settings();
  base::Result<SchemaState> schema();
  // Whether the migrations that are missing may be done by this user.
  base::Result<bool> may_migrate();
  // Other schemas of the database that have an ordo, a few of them; mostly empty.
  base::Result<std::string> elsewhere();
  // Of the newest schema.
  base::Result<Contents> contents();
  // How long one takes, of so many. Nothing is left of them but what the write-ahead log has.
  base::Result<std::chrono::duration<double, std::milli>> commit_time(int commits);

 private:
  Checkup(std::string address, std::unique_ptr<Connection> connection, const ports::Clock& clock);
  std::string address_;
  std::unique_ptr<Connection> connection_;
  const ports::Clock& clock_;
};

}  // namespace ordo::postgres
