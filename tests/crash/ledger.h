// What one client knows of the tasks that it sent, and what a restarted server may show of them.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ordo::crash {

enum class State : std::uint8_t {
  in_doubt,  // sent, and no answer came
  accepted,  // answered, or found after a crash: there for good
  removing,  // its removal was sent, and no answer came
  gone,      // removed, or never arrived: must not be seen again
};

struct Sent {
  std::string title;    // unique over all clients
  std::string task_id;  // empty until known
  std::uint64_t sequence = 0;
  std::size_t batch = 0;  // tasks of one request have one number
  State state = State::in_doubt;
  std::string description;
  std::optional<std::string> maybe_description;  // a change was sent, and no answer came
};

// What the server shows of a task.
struct Seen {
  std::string task_id;
  std::string lane;
  std::string description;
  std::uint64_t sequence = 0;
  boost::json::value payload;
};
using SeenByTitle = std::unordered_map<std::string, std::vector<Seen>>;

class Ledger {
 public:
  explicit Ledger(std::size_t client) : client_(client) {}

  [[nodiscard]] std::string lane() const { return "lane-" + std::to_string(client_); }
  [[nodiscard]] std::string title(std::size_t number) const;
  // Every task's payload, made from who sent it and its number.
  [[nodiscard]] boost::json::value payload(std::size_t number) const;

  [[nodiscard]] std::vector<Sent>& sent() noexcept { return sent_; }

  // A new task goes on its way; returns its number.
  std::size_t add(std::size_t batch);

  // Compares all with what the restarted server shows, one complaint a fault. What was in doubt is
  // certain from now on.
  std::vector<std::string> settle(const SeenByTitle& seen);

  [[nodiscard]] std::size_t accepted() const;

 private:
  void settle_one(std::size_t number, const SeenByTitle& seen,
                  std::vector<std::string>& complaints);
  void check_contents(std::size_t number, const Seen& seen, std::vector<std::string>& complaints);
  void check_batches(const SeenByTitle& seen, std::vector<std::string>& complaints) const;
  void check_order(std::vector<std::string>& complaints) const;

  std::size_t client_;
  std::vector<Sent> sent_;
};

}  // namespace ordo::crash
