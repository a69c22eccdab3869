#include "client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace ordo::crash {
namespace {

namespace json = boost::json;
using testing::Fields;
using testing::HttpAnswer;
using testing::HttpClient;

const Fields kJson{{"Content-Type", "application/json"}};
const Fields kMergePatch{{"Content-Type", "application/merge-patch+json"}};

// "Not now": nothing happened, and it may be sent again.
bool not_now(const HttpAnswer& answer) {
  return answer.status == 429 || answer.status == 503;
}

}  // namespace

std::vector<std::string> Client::take_complaints() {
  return std::exchange(complaints_, {});
}

void Client::work(std::uint16_t port, const std::function<bool()>& answered) {
  HttpClient http(port);
  try {
    bool alive = retry(http);
    while (alive && complaints_.empty() && answered()) {
      const std::uint64_t choice = dice_.below(100);
      alive = choice < 6    ? change_something(http)
              : choice < 10 ? remove_something(http)
                            : submit_something(http);
    }
  } catch (const std::exception& error) {
    complain(fmt::format("an answer cannot be read: {}", error.what()));
  }
}

std::optional<HttpAnswer> Client::certain(std::optional<HttpAnswer> answer) const {
  const bool doubtful = unavailable_ == Unavailable::in_doubt && answer && answer->status == 503;
  return doubtful ? std::nullopt : std::move(answer);
}

bool Client::retry(HttpClient& http) {
  if (unanswered_.empty()) return true;
  Submission again = std::move(unanswered_.back());
  unanswered_.clear();
  // Sent without a name it would be another task.
  if (again.name == Name::none) return true;
  for (const std::size_t number : again.numbers) {
    Sent& task = ledger_.sent()[number];
    // Before the servers have come to rest nobody has settled what is there.
    again.in_doubt = again.in_doubt || task.state == State::in_doubt;
    if (task.state == State::gone) task.state = State::in_doubt;
  }
  return submit(http, again);
}

bool Client::submit_something(HttpClient& http) {
  Submission submission;
  submission.batch = dice_.one_in(4);
  submission.name = static_cast<Name>(dice_.below(submission.batch ? 2 : 3));
  const std::size_t count = submission.batch ? 2 + dice_.below(19) : 1;
  ++batches_;
  for (std::size_t i = 0; i < count; ++i) submission.numbers.push_back(ledger_.add(batches_));
  return submit(http, submission);
}

std::string Client::body_of(const Submission& submission) const {
  json::array tasks;
  for (const std::size_t number : submission.numbers) {
    json::object task{{"title", ledger_.title(number)},
                      {"lane", ledger_.lane()},
                      {"payload", ledger_.payload(number)}};
    if (submission.name == Name::task_id) task["task_id"] = ledger_.title(number);
    tasks.push_back(std::move(task));
  }
  if (!submission.batch) return json::serialize(tasks.front());
  return json::serialize(json::object{{"tasks", std::move(tasks)}});
}

bool Client::submit(HttpClient& http, const Submission& submission) {
  Fields headers = kJson;
  if (submission.name == Name::key) {
    headers.emplace_back("Idempotency-Key", ledger_.title(submission.numbers.front()));
  }
  if (submission.name == Name::task_id) {
    for (const std::size_t number : submission.numbers) {
      ledger_.sent()[number].task_id = ledger_.title(number);
    }
  }
  const std::string_view target = submission.batch ? "/tasks/batch" : "/tasks";
  const std::string body = body_of(submission);
  std::optional<HttpAnswer> answer;
  do {
    answer = certain(http.try_call("POST", target, headers, body));
  } while (answer && not_now(*answer));
  if (!answer) {
    unanswered_.push_back(submission);
    return false;
  }
  if (!submission.batch) {
    note_accepted(submission.numbers.front(), submission.in_doubt, answer->status, answer->json());
    return true;
  }
  if (answer->status != 200) {
    complain(fmt::format("a batch was answered {}: {}", answer->status, answer->body));
    return true;
  }
  const json::value results = answer->json().at("results");
  for (std::size_t i = 0; i < submission.numbers.size(); ++i) {
    const json::object& result = results.at(i).as_object();
    const json::value* task = result.if_contains("task");
    note_accepted(submission.numbers[i], submission.in_doubt, result.at("status").to_number<int>(),
                  task == nullptr ? json::value() : *task);
  }
  return true;
}

void Client::note_accepted(std::size_t number, bool in_doubt, int status,
                           const json::value& answered) {
  Sent& task = ledger_.sent()[number];
  const bool there_before = task.state == State::accepted;
  const bool may_be_there = there_before || in_doubt;
  if (status != (there_before ? 200 : 201) && !(status == 200 && may_be_there)) {
    complain(fmt::format("{} {} was answered {}: {}", task.title,
                         there_before ? "which is there" : "which is not there", status,
                         json::serialize(answered)));
    return;
  }
  const std::string id(answered.at("task_id").as_string());
  const auto sequence = answered.at("sequence").to_number<std::uint64_t>();
  if ((!task.task_id.empty() && id != task.task_id) ||
      (there_before && sequence != task.sequence)) {
    complain(fmt::format("{} was {} at {} and is answered as {} at {}", task.title, task.task_id,
                         task.sequence, id, sequence));
  }
  task.task_id = id;
  task.sequence = sequence;
  task.state = State::accepted;
}

Sent* Client::pick() {
  std::vector<Sent>& sent = ledger_.sent();
  for (int tries = 0; tries < 8 && !sent.empty(); ++tries) {
    Sent& task = sent[dice_.below(sent.size())];
    if (task.state == State::accepted && !task.maybe_description) return &task;
  }
  return nullptr;
}

bool Client::change_something(HttpClient& http) {
  Sent* task = pick();
  if (task == nullptr) return true;
  task->maybe_description = fmt::format("change {}", ++changes_);
  const json::object patch{{"description", *task->maybe_description}};
  const auto answer = certain(
      http.try_call("PATCH", "/tasks/" + task->task_id, kMergePatch, json::serialize(patch)));
  if (!answer) return false;
  if (answer->status == 200) {
    task->description = *task->maybe_description;
  } else if (answer->status != 409 && !not_now(*answer)) {  // 409: it runs, or has ended
    complain(fmt::format("a change of {} was answered {}", task->title, answer->status));
  }
  task->maybe_description.reset();
  return true;
}

bool Client::remove_something(HttpClient& http) {
  Sent* task = pick();
  if (task == nullptr) return true;
  task->state = State::removing;
  const auto answer = certain(http.try_call("DELETE", "/tasks/" + task->task_id));
  if (!answer) return false;
  task->state = answer->status == 204 ? State::gone : State::accepted;
  if (answer->status != 204 && answer->status != 409 && !not_now(*answer)) {
    complain(fmt::format("the removal of {} was answered {}", task->title, answer->status));
  }
  return true;
}

}  // namespace ordo::crash
