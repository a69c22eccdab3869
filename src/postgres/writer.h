// The write side of the postgres home.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ports/store.h"
#include "postgres/link.h"
#include "postgres/turn.h"

namespace ordo::postgres {

struct WriterOptions {
  ConnectionOptions connection;
  // How long it is looked for whether a transaction was committed whose answer was lost. After that
  // nobody can say.
  base::Millis doubt_timeout{300'000};
};

// Store thread only, but for be() and give_up(). Borrows clock and randomness.
class Writer : public ports::Store {
 public:
  Writer(WriterOptions options, const ports::Clock& clock, ports::Random& random);
  ~Writer() override;

  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override;
  base::Result<void> probe() override;
  bool work_while_waiting(const std::function<void()>& work) override;

  // Any thread. As whom attempts are begun and ended from now on, and whether there are others to
  // be told of tasks.
  void be(std::string node, bool has_others);
  // Any thread. The process ends: a doubt that is being resolved stays one.
  void give_up();

 private:
  // The one clock is set now and then, the other stands still while the machine sleeps.
  struct Moment {
    base::MonoTime mono;
    base::WallTime wall;
  };
  Answer<Drawn> finish(Turn& turn, const TurnName& name, bool even_if_empty);
  // What a transaction has drawn whose answer was lost; nothing: it was not committed.
  Answer<std::optional<Drawn>> resolve(const TurnName& name, const Moment& sent);
  // The connection, known to the other nodes as this node's.
  Answer<Connection*> connect();
  bool pause(base::Millis length);
  TurnOptions options_of(TurnName name);
  TurnName next_turn() { return {name_, ++turns_}; }

  WriterOptions options_;
  const ports::Clock& clock_;
  Link link_;
  const std::string name_;
  std::uint64_t turns_ = 0;
  bool careful_ = false;
  base::MonoTime next_look_;  // for what others have left behind
  // The number of the connection that others know, and as whose.
  std::pair<std::uint64_t, std::string> known_;
  std::function<void()> work_;  // while it waits
  std::unique_ptr<Turn> over_;  // taken apart then

  std::mutex mutex_;
  std::condition_variable ending_;
  bool ends_ = false;  // guarded by mutex_, as the next
  std::string node_;
  bool has_others_ = false;
};

}  // namespace ordo::postgres
