// The postgres home: several nodes, one database.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ports/backlog.h"
#include "ports/clock.h"
#include "ports/lane_leases.h"
#include "ports/object_store.h"
#include "ports/random.h"
#include "ports/reads.h"
#include "ports/store.h"

namespace ordo::postgres {

struct HomeOptions {
  std::string url = {};  // as libpq takes it
  std::size_t read_connections = 4;
  base::Millis connect_timeout{5'000};
  base::Millis statement_timeout{10'000};
  // How long it is looked for whether a transaction was committed whose answer was lost.
  base::Millis doubt_timeout{300'000};
  // An older schema is brought up to date; otherwise it is refused.
  bool migrate = true;
  std::function<void(int version, std::string_view name)> on_migrated = {};  // by us
};

// Besides those that read: of a node one writes, one renews its leases, and one carries letters.
inline constexpr std::size_t kOtherConnections = 3;

class Connection;
struct ConnectionOptions;
struct Fault;
[[nodiscard]] ConnectionOptions connection_options(const HomeOptions& options);
[[nodiscard]] base::Error cannot_connect(const HomeOptions& options, const Fault& fault);

// Owns the connections.
class Home {
 public:
  // `invalid` when the address, the server or the schema is none that can be used; `unavailable`
  // when it cannot be reached. Borrows clock and randomness.
  static base::Result<std::unique_ptr<Home>> open(const HomeOptions& options,
                                                  const ports::Clock& clock, ports::Random& random);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] ports::Store& store();
  [[nodiscard]] ports::TaskReads& task_reads();
  [[nodiscard]] ports::OrderReads& order_reads();
  [[nodiscard]] ports::ExecutionReads& execution_reads();
  [[nodiscard]] ports::ObjectStore& objects();
  // The address without what is secret in it.
  [[nodiscard]] std::string address() const;

  [[nodiscard]] ports::Reads reads();  // all of them
  [[nodiscard]] ports::Backlog& backlog();
  [[nodiscard]] ports::LaneBacklog& lane_backlog();

  // Any thread. As whom attempts are begun and ended from now on, and whether there are others to
  // be told of tasks.
  void be(std::string node, bool has_others);
  // Any thread. The process ends: nothing that is in doubt is looked after any more.
  void give_up();

 private:
  struct Parts;
  explicit Home(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

struct SchemaState {
  int current;  // 0: there is nothing yet
  int newest;
  std::vector<std::string> pending;  // the names of the migrations between them
};
base::Result<SchemaState> schema_state(const HomeOptions& options, const ports::Clock& clock);
base::Result<SchemaState> schema_state(Connection& connection);
base::Result<void> migrate(const HomeOptions& options, const ports::Clock& clock);

}  // namespace ordo::postgres
