// What nodes that share a store ask and tell each other.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

namespace ordo::ports {

// Nobody relies on it for what must last: that is in the store. What is said and asked are texts
// that the nodes agree on.
class Peers {
 public:
  virtual ~Peers() = default;

  // Whoever is given may be this node itself: then it hears itself.
  struct LaneOwner {
    domain::TaskId task;  // the node that runs the task's lane
  };
  struct PipelineOwner {};  // the node that runs the pipelines
  struct Node {
    std::string id;
  };
  using Receiver = std::variant<LaneOwner, PipelineOwner, Node>;

  using Answer = std::move_only_function<void(base::Result<std::string>)>;
  // Any thread; never waits. Answered once, on a thread of the peers' own, quickly handled: what
  // the other said, its error as it gave it; `unavailable` when there is nobody, or nobody has
  // answered in time; in that case it may have been done all the same. `busy`: too much is under
  // way already. After the peers' end, and when too many are refused, `answer` is called in here.
  virtual void ask(Receiver whom, std::string question, base::Millis bound, Answer answer) = 0;
  using Answers = std::move_only_function<void(std::vector<std::string>)>;
  // As ask. All the other nodes; answered with what those said who answered in time.
  virtual void ask_all(std::string question, base::Millis bound, Answers answers) = 0;
  // Any thread; never waits. All the other nodes, at most once each.
  virtual void tell_all(std::string news) = 0;
};

// How a node hears of it. On a thread of the peers' own, one at a time; must be quick. What it does
// not answer is answered by nobody: whoever asked gives up in time. An answer may be given on any
// thread, later, or after the peers' end, when it goes nowhere.
struct PeerEars {
  // Once at most for each that was asked, however connections break.
  std::function<void(std::string question, Peers::Answer answer)> on_question = {};
  // Once at most. News that did not reach this node, or may not have, are followed by on_missed.
  std::function<void(std::string from, std::string news)> on_news = {};
  // News may have been missed: since the last time, by others or by this node, or before it was a
  // node. What news keep up to date is to be read anew. Only what a node told just before its end
  // may be missed by all without a word.
  std::function<void()> on_missed = {};
};

}  // namespace ordo::ports
