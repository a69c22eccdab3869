// Nodes of one process that ask and tell each other: what is said arrives when the test says so, or
// is lost.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "ports/peers.h"

namespace ordo::testing {

class MemoryPeers;

// One thread.
class PeerNet {
 public:
  // Who runs a task's lane, or the pipelines; empty: nobody.
  std::function<std::string(const domain::TaskId&)> owner_of_task = {};
  std::function<std::string()> owner_of_pipelines = {};

  // What is asked is heard, and who asked is told that nobody has answered in time.
  bool lose_answers = false;

  // Hands over what waits, and what is said thereby; how much.
  std::size_t deliver();
  // The next that waits, in the order in which it was said.
  bool deliver_one();
  // The next is lost: a question is answered as one that nobody has answered in time.
  void lose_one();

 private:
  friend class MemoryPeers;
  struct Letter {
    std::string from;
    std::string to;
    std::string text;
    ports::Peers::Answer answer = {};  // of a question
  };
  void hand_over(Letter letter);

  std::map<std::string, MemoryPeers*> nodes_;
  std::deque<Letter> letters_;
};

class MemoryPeers : public ports::Peers {
 public:
  MemoryPeers(PeerNet& net, std::string id);
  ~MemoryPeers() override;

  void ask(Receiver whom, std::string question, base::Millis bound, Answer answer) override;
  void ask_all(std::string question, base::Millis bound, Answers answers) override;
  void tell_all(std::string news) override;

  ports::PeerEars ears;

 private:
  PeerNet& net_;
  const std::string id_;
};

}  // namespace ordo::testing
