// One client that sends tasks one request after another, notes what was answered, and after a crash
// sends again what may be sent again.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger.h"
#include "schedule.h"
#include "support/http_client.h"

namespace ordo::crash {

class Client {
 public:
  // What "503" says of a request: nothing happened, and it is sent again; or nobody knows, as if it
  // had not been answered.
  enum class Unavailable : std::uint8_t { nothing_happened, in_doubt };
  Client(std::uint64_t seed, std::size_t number,
         Unavailable unavailable = Unavailable::nothing_happened)
      : dice_(seed, number + 1), ledger_(number), unavailable_(unavailable) {}

  // Works against this server until it stops answering, or until `answered`, which is called after
  // each answer, says no. Any thread, one at a time.
  void work(std::uint16_t port, const std::function<bool()>& answered);

  [[nodiscard]] Ledger& ledger() noexcept { return ledger_; }
  // What the server answered wrongly; each once.
  [[nodiscard]] std::vector<std::string> take_complaints();

 private:
  // How a request can be told to be the same one when it comes again.
  enum class Name : std::uint8_t { none, task_id, key };
  struct Submission {
    Name name = Name::none;
    bool batch = false;
    std::vector<std::size_t> numbers;  // of the tasks in the ledger
    bool in_doubt = false;             // it was sent before, and may have counted
  };

  // The answer, unless it leaves in doubt what happened.
  [[nodiscard]] std::optional<testing::HttpAnswer> certain(
      std::optional<testing::HttpAnswer> answer) const;
  // Each returns false when there was no answer.
  bool retry(testing::HttpClient& http);
  bool submit_something(testing::HttpClient& http);
  bool submit(testing::HttpClient& http, const Submission& submission);
  bool change_something(testing::HttpClient& http);
  bool remove_something(testing::HttpClient& http);

  void note_accepted(std::size_t number, bool in_doubt, int status, const boost::json::value& task);
  [[nodiscard]] std::string body_of(const Submission& submission) const;
  // One of the tasks that are there, or none.
  Sent* pick();
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  Dice dice_;
  Ledger ledger_;
  const Unavailable unavailable_;
  std::vector<Submission> unanswered_;  // at most one
  std::size_t batches_ = 0;
  std::size_t changes_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace ordo::crash
