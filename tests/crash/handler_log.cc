#include "crash/handler_log.h"

#include <boost/json.hpp>
#include <functional>
#include <utility>

#include "support/net_server.h"

namespace ordo::crash {

HandlerLog::HandlerLog(std::uint64_t seed, double failure_rate)
    : seed_(seed),
      failure_rate_(failure_rate),
      server_(testing::start(testing::test_options(),
                             [this](const net::Request& request, net::Reply reply) {
                               net::Response response = answer(request);
                               reply([response] { return response; });
                             })) {}

std::vector<Given> HandlerLog::given() const {
  const std::lock_guard lock(mutex_);
  return given_;
}

net::Response HandlerLog::answer(const net::Request& request) {
  const boost::json::value task = boost::json::parse(request.body);
  Given given;
  given.task_id = std::string(task.at("task_id").as_string());
  given.lane = std::string(task.at("lane").as_string());
  given.sequence = task.at("sequence").to_number<std::uint64_t>();
  given.attempt = task.at("attempt").to_number<std::uint64_t>();
  const std::size_t chance =
      std::hash<std::string>{}(given.task_id + std::to_string(given.attempt + seed_ * 1000));
  given.succeeded = static_cast<double>(chance % 1000) >= failure_rate_ * 1000;
  const std::lock_guard lock(mutex_);
  given_.push_back(given);
  return testing::text_answer(given.succeeded ? R"({"ok":true})" : "no",
                              given.succeeded ? 200 : 500);
}

}  // namespace ordo::crash
