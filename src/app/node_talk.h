// What the nodes that share a store say to each other, as texts: words on tasks that another node
// runs, changes of them, and work that is offered to others' workers.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/boards.h"
#include "app/dispatcher.h"
#include "app/events.h"
#include "app/readers.h"
#include "app/saying.h"
#include "ports/clock.h"
#include "ports/peers.h"
#include "ports/random.h"

namespace ordo::app {

// Borrows all. Any thread; nothing of it is called any more once the peers have stopped.
class NodeTalk : public OtherNodes {
 public:
  NodeTalk(ports::Peers& peers, Readers& readers, const ports::Clock& clock, ports::Random& random)
      : peers_(peers), readers_(readers), clock_(clock), random_(random) {}

  // Whom it speaks for: before anybody hears or says anything.
  void speak_for(Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  void speak_for(Events& events);

  void pass_on(LeaseWord word) override;
  void tell(TaskChange change) override;
  void tell_of_pauses() override;
  void offer(const domain::QueueName& queue, std::size_t lanes) override;
  bool fetch(Claim& claim) override;

  // What is on the boards of the others that answer in time.
  void ask_views(std::move_only_function<void(QueueViews)> answer);
  void ask_lanes(const domain::QueueName& queue, LaneFilter filter, std::size_t limit, bool held,
                 std::move_only_function<void(domain::LaneViews)> answer);

  // How this node hears. False: it is none of this kind, and untouched.
  bool hear(const std::string& question, ports::Peers::Answer& answer);
  bool hear_news(const std::string& from, const std::string& news);
  void news_missed();

 private:
  struct Handed {
    domain::TaskId id;
    std::string lease;
    base::WallTime until;
  };
  // What was given to another node's worker for a claim, for as long as it may not be heard there.
  // That nobody wants it may come before the claim does.
  struct Lent {
    bool unwanted = false;
    std::vector<Handed> given = {};
  };
  // A claim whose answer was not heard, and of which the other node has not heard that either.
  struct Unheard {
    std::string node;
    std::string ticket;
    base::MonoTime next;
    base::MonoTime until;
  };
  void hear_word(const Said& said, ports::Peers::Answer answer);
  void hear_change(const Said& said);
  void hear_claim(const Said& said, ports::Peers::Answer answer);
  void hear_unclaim(const Said& said);
  std::shared_ptr<Lent> lend(const std::string& ticket);
  void unclaim(Unheard claim);
  void unclaim_again();
  void hear_views(ports::Peers::Answer answer);
  void hear_lanes(const Said& said, ports::Peers::Answer answer);
  [[nodiscard]] bool has_listeners();
  void tell(std::span<const Event> events);
  std::optional<std::string> next_offerer(const domain::QueueName& queue);
  void fetched(Claim claim, const base::Result<std::string>& answer);
  void hand_over(Claim claim, std::vector<Handed> all);
  static base::Result<std::vector<Claim::Given>> read_handed(const ports::Reads& reads,
                                                             const std::vector<Handed>& all);
  void give_back(std::vector<Handed> all);
  void take_back(std::vector<Handed> all);
  static std::vector<Handed> handed_in(std::string_view answer);

  ports::Peers& peers_;
  Readers& readers_;
  const ports::Clock& clock_;
  ports::Random& random_;
  Dispatcher* dispatcher_ = nullptr;
  Events* events_ = nullptr;  // null: nobody is told of them
  std::mutex mutex_;
  // Guarded by mutex_, as the next four, and what is in them.
  std::map<std::string, base::MonoTime> listeners_;  // nodes, and until when they listen
  // How many lanes each node has offered of a queue.
  std::map<domain::QueueName, std::map<std::string, std::size_t>> offers_;
  std::unordered_map<std::string, std::shared_ptr<Lent>> lent_;  // by the claims' tickets
  std::deque<std::pair<base::MonoTime, std::string>> lent_until_;
  std::vector<Unheard> unheard_;
};

}  // namespace ordo::app
