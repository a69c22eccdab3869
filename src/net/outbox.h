// Where answers from other threads wait for their connection's thread. Outlives the loop, so that a
// late answer finds a closed door rather than freed memory.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "net/http.h"

namespace ordo::net {

class Loop;

class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  using Answers = std::vector<std::pair<std::uint64_t, MakeResponse>>;  // by session

  explicit Outbox(Loop& loop) : loop_(&loop) {}
  // Any thread. Dropped when the connection or the loop is gone.
  void answer(std::uint64_t session, MakeResponse make);
  // Any thread but the loop's.
  void answer_all(Answers answers);
  // Any thread. The stream of that connection has something to take.
  void stir(std::uint64_t session);
  void close();
  // The loop's thread.
  struct Waiting {
    Answers answers;
    std::vector<std::uint64_t> stirred;
  };
  Waiting take();

 private:
  std::mutex mutex_;
  Loop* loop_;                 // null once closed
  void wake_if_first() const;  // mutex_ held

  Answers waiting_;
  std::vector<std::uint64_t> stirred_;
};

}  // namespace ordo::net
