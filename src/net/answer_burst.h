// Many answers in a row from one thread, sent off together.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "net/http.h"

namespace ordo::net {

class Outbox;

// While one lives, what its thread answers is gathered; it leaves for the connections when it ends.
// Without it the first answer of many wakes the connections' threads, which then take the core
// that the rest needs to be given.
class AnswerBurst {
 public:
  AnswerBurst();
  ~AnswerBurst();
  AnswerBurst(const AnswerBurst&) = delete;
  AnswerBurst& operator=(const AnswerBurst&) = delete;

  // The one of this thread, or null.
  [[nodiscard]] static AnswerBurst* current() noexcept;
  void add(Outbox& outbox, std::uint64_t session, MakeResponse make);

 private:
  struct Gathered {
    std::shared_ptr<Outbox> outbox;
    std::vector<std::pair<std::uint64_t, MakeResponse>> answers;
  };
  std::vector<Gathered> gathered_;  // one a loop: few
};

}  // namespace ordo::net
