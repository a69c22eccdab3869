#include "ledger.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <map>
#include <utility>

namespace ordo::crash {

std::string Ledger::title(std::size_t number) const {
  return fmt::format("c{}-{}", client_, number);
}

boost::json::value Ledger::payload(std::size_t number) const {
  const std::size_t size = number % 41 == 0 ? 9000 : number % 97;
  return boost::json::object{
      {"client", client_},
      {"number", number},
      {"text", std::string(size, static_cast<char>('a' + number % 26))},
  };
}

std::size_t Ledger::add(std::size_t batch) {
  Sent task;
  task.title = title(sent_.size());
  task.batch = batch;
  sent_.push_back(std::move(task));
  return sent_.size() - 1;
}

std::size_t Ledger::accepted() const {
  std::size_t count = 0;
  for (const Sent& task : sent_) count += task.state == State::accepted ? 1 : 0;
  return count;
}

std::vector<std::string> Ledger::settle(const SeenByTitle& seen) {
  std::vector<std::string> complaints;
  check_batches(seen, complaints);
  for (std::size_t number = 0; number < sent_.size(); ++number) {
    settle_one(number, seen, complaints);
  }
  check_order(complaints);
  return complaints;
}

void Ledger::settle_one(std::size_t number, const SeenByTitle& seen,
                        std::vector<std::string>& complaints) {
  Sent& task = sent_[number];
  const auto found = seen.find(task.title);
  const std::size_t times = found == seen.end() ? 0 : found->second.size();
  if (times > 1) complaints.push_back(fmt::format("{} is there {} times", task.title, times));
  if (times == 0) {
    if (task.state == State::accepted) {
      complaints.push_back(
          fmt::format("{} was accepted as sequence {} and is lost", task.title, task.sequence));
    }
    task.state = State::gone;
    return;
  }
  if (task.state == State::gone) {
    complaints.push_back(fmt::format("{} was gone and is back", task.title));
  }
  check_contents(number, found->second.front(), complaints);
}

void Ledger::check_contents(std::size_t number, const Seen& seen,
                            std::vector<std::string>& complaints) {
  Sent& task = sent_[number];
  if (task.state == State::in_doubt) {
    if (!task.task_id.empty() && task.task_id != seen.task_id) {
      complaints.push_back(
          fmt::format("{} got task_id {} for its own {}", task.title, seen.task_id, task.task_id));
    }
    task.task_id = seen.task_id;
    task.sequence = seen.sequence;
  }
  task.state = State::accepted;
  if (seen.task_id != task.task_id || seen.sequence != task.sequence) {
    complaints.push_back(fmt::format("{} was {} at {} and is {} at {}", task.title, task.task_id,
                                     task.sequence, seen.task_id, seen.sequence));
  }
  if (task.maybe_description && seen.description == *task.maybe_description) {
    task.description = *task.maybe_description;
  }
  task.maybe_description.reset();
  if (seen.description != task.description) {
    complaints.push_back(fmt::format("{} has the description \"{}\", not \"{}\"", task.title,
                                     seen.description, task.description));
  }
  if (seen.lane != lane() || seen.payload != payload(number)) {
    complaints.push_back(fmt::format("{} has another lane or payload", task.title));
  }
}

// The tasks of one request are durable together or not at all.
void Ledger::check_batches(const SeenByTitle& seen, std::vector<std::string>& complaints) const {
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> there_of;  // batch → there, all
  for (const Sent& task : sent_) {
    if (task.state != State::in_doubt) continue;
    auto& [there, all] = there_of[task.batch];
    there += seen.contains(task.title) ? 1 : 0;
    ++all;
  }
  for (const auto& [batch, counts] : there_of) {
    const auto [there, all] = counts;
    if (there != 0 && there != all) {
      complaints.push_back(fmt::format(
          "of one unanswered batch of client {}, {} of {} tasks are there", client_, there, all));
    }
  }
}

void Ledger::check_order(std::vector<std::string>& complaints) const {
  const Sent* before = nullptr;
  for (const Sent& task : sent_) {
    if (task.state != State::accepted) continue;
    if (before != nullptr && before->sequence >= task.sequence) {
      complaints.push_back(fmt::format("{} at {} was accepted before {} at {}", before->title,
                                       before->sequence, task.title, task.sequence));
    }
    before = &task;
  }
}

}  // namespace ordo::crash
