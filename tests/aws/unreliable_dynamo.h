// DynamoDB on a bad day: stands before the emulator and lets calls go wrong as they do on AWS, by
// chance that a seed repeats.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/async_client.h"
#include "net/http.h"
#include "net/server.h"

namespace ordo::testing {

// Calls are passed on one at a time. Any thread.
class UnreliableDynamo {
 public:
  UnreliableDynamo(std::string upstream, std::uint64_t seed);
  ~UnreliableDynamo();
  UnreliableDynamo(const UnreliableDynamo&) = delete;
  UnreliableDynamo& operator=(const UnreliableDynamo&) = delete;

  [[nodiscard]] std::string url() const;

  // So many of a hundred calls go wrong from now on, each in its own way.
  void disturb(unsigned percent);
  // So many calls that write pass from now on, all others fail and are not done.
  void fail_after(unsigned writes);
  // From now on each page of an index is as short as it can be.
  void shorten_pages();
  // From now on all goes well. What is still under way arrives.
  void calm();
  // From now on indexes do not know of some of the last writes: what was written is not there yet,
  // what was changed still is.
  void lag();
  // How often each thing has gone wrong.
  [[nodiscard]] std::map<std::string, std::size_t> happened();
  // Each call and what came of it, since the last time.
  [[nodiscard]] std::string take_story();

 private:
  struct Call {
    std::string action;
    net::Request request;
  };
  using Asked = std::pair<net::Request, net::Reply>;

  void run(const std::stop_token& stop);
  net::Response tell(Call call);
  net::Response answer(Call call, const std::string& fault);
  net::Response pass_on(const Call& call);
  net::Response pass_some_on(Call call);
  net::Response pass_query_on(Call call, bool short_page);
  void arrive();
  void note_written(const Call& call);
  std::string choose_fault(std::string_view action);
  unsigned below(unsigned bound);

  const std::string upstream_;
  net::AsyncClient http_;

  std::mutex mutex_;  // of what follows; a call is passed on under it
  std::mt19937_64 engine_;
  unsigned percent_ = 0;
  std::optional<unsigned> writes_left_;
  bool short_pages_ = false;
  bool lags_ = false;
  std::vector<Call> under_way_;
  std::deque<std::string> written_;                                  // keys, the last ones
  std::map<std::string, std::map<std::string, std::string>> known_;  // of a partition: key → item
  std::map<std::string, std::size_t> happened_;
  std::string story_;

  std::mutex queue_mutex_;
  std::condition_variable_any arrived_;
  std::deque<Asked> asked_;  // guarded by queue_mutex_
  std::unique_ptr<net::Server> server_;
  std::jthread worker_;
};

}  // namespace ordo::testing
