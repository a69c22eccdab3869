// A node that only asks and tells, and keeps what it hears.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/post_office.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"

namespace ordo::testing {

using Said = base::Result<std::string>;

// In words: what was said, or the error's code as a number and its message.
inline std::string in_words(const Said& said) {
  if (said) return *said;
  return std::to_string(static_cast<int>(said.error().code)) + ": " + said.error().message;
}

struct PostNodeOptions {
  using OnQuestion = std::function<void(std::string, ports::Peers::Answer)>;

  // Otherwise it answers with its name and the question.
  OnQuestion on_question = {};
  std::function<void(const std::string&)> on_news = {};
  std::function<void()> on_missed = {};
  base::Millis poll = std::chrono::hours(1);
  std::string through = {};  // the address that it uses, when that is another than the test's
  base::Millis answer_timeout{15'000};
};

// In the schema of `url`, where its name is a row of the nodes.
class PostNode {
 public:
  PostNode(const std::string& url, std::string name, ports::Random& random,
           PostNodeOptions options = {})
      : url_(url),
        name_(std::move(name)),
        options_(std::move(options)),
        office_(std::make_unique<postgres::PostOffice>(office_options(), real_clock(), random)) {
    join(name_);
    thread_ = std::jthread([this](const std::stop_token& stop) { office_->run(stop); });
  }

  postgres::PostOffice& office() { return *office_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  void join(const std::string& name) {
    add_row(url_, name);
    office_->be(name);
  }
  static void add_row(const std::string& url, const std::string& name) {
    execute(url, "INSERT INTO nodes (id, name, expires_at) VALUES ('" + name +
                     "', 'test', clock_timestamp() + interval '1 hour')");
  }
  static void execute(const std::string& url, const std::string& sql) {
    const auto done = postgres_connection(url).execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }

  std::future<Said> ask(ports::Peers::Receiver whom, std::string question,
                        base::Millis bound = kPatience) {
    auto said = std::make_shared<std::promise<Said>>();
    std::future<Said> future = said->get_future();
    office_->ask(std::move(whom), std::move(question), bound,
                 [said](Said what) { said->set_value(std::move(what)); });
    return future;
  }
  std::string answer(ports::Peers::Receiver whom, std::string question) {
    return in_words(wait_for(ask(std::move(whom), std::move(question))));
  }
  static Said wait_for(std::future<Said> said) {
    if (said.wait_for(2 * kPatience) != std::future_status::ready) {
      throw std::runtime_error("a question is not answered");
    }
    return said.get();
  }

  void stop() {
    thread_.request_stop();
    thread_.join();
  }

  std::map<std::string, int> questions() {
    const std::lock_guard lock(mutex_);
    return questions_;
  }
  std::map<std::string, int> news() {
    const std::lock_guard lock(mutex_);
    return news_;
  }
  int missed() {
    const std::lock_guard lock(mutex_);
    return missed_;
  }

 private:
  postgres::PostOfficeOptions office_options() {
    return {.connection = {.url = options_.through.empty() ? url_ : options_.through,
                           .answer_timeout = options_.answer_timeout},
            .ears = {.on_question =
                         [this](std::string question, ports::Peers::Answer answer) {
                           hear_question(std::move(question), std::move(answer));
                         },
                     .on_news =
                         [this](const std::string& /*from*/, const std::string& news) {
                           if (options_.on_news) options_.on_news(news);
                           const std::lock_guard lock(mutex_);
                           ++news_[news];
                         },
                     .on_missed =
                         [this] {
                           if (options_.on_missed) options_.on_missed();
                           const std::lock_guard lock(mutex_);
                           ++missed_;
                         }},
            .poll = options_.poll};
  }
  void hear_question(std::string question, ports::Peers::Answer answer) {
    {
      const std::lock_guard lock(mutex_);
      ++questions_[question];
    }
    if (options_.on_question) return options_.on_question(std::move(question), std::move(answer));
    answer(name_ + " " + question);
  }

  const std::string url_;
  const std::string name_;
  const PostNodeOptions options_;
  std::mutex mutex_;
  std::map<std::string, int> questions_;  // guarded by mutex_, as the next
  std::map<std::string, int> news_;
  int missed_ = 0;
  std::unique_ptr<postgres::PostOffice> office_;
  std::jthread thread_;
};

}  // namespace ordo::testing
