// The orders' pipeline from end to end: orders come in over HTTP, the pipeline fires each second,
// the server is killed twice in the middle. Every accepted order's object is there and right,
// people were told of every rejected one, statuses agree, and what has expired is gone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net/server.h"
#include "support/http_client.h"
#include "support/server_process.h"

namespace ordo::crash {
namespace {

using testing::eventually;
using testing::HttpAnswer;
using testing::HttpClient;
using testing::ServerProcess;
using testing::ServerSetup;
using testing::TempDir;

constexpr int kOrders = 500;

// As Slack takes it: {"text": …}. Every twentieth request is refused, to be sent again.
class Chat {
 public:
  Chat() {
    net::ServerOptions options;
    options.port = 0;
    options.threads = 1;
    options.body_limit = [](const net::Request&) { return std::size_t{1} << 20U; };
    options.refuse = [](const net::WireFault& fault, const net::Request&) {
      net::Response response;
      response.status = fault.status;
      return response;
    };
    auto server =
        net::Server::start(std::move(options), [this](net::Request request, net::Reply reply) {
          const bool refuses = take(request.body);
          reply([refuses] {
            net::Response response;
            response.status = refuses ? 503 : 200;
            if (refuses) response.headers.add("Retry-After", "0");
            return response;
          });
        });
    server_ = std::move(server.value());
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string all() {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  bool take(const std::string& body) {
    const std::lock_guard lock(mutex_);
    if (++requests_ % 20 == 0) return true;
    texts_ += std::string(boost::json::parse(body).at("text").as_string()) + "\n";
    return false;
  }

  std::mutex mutex_;
  std::string texts_;
  int requests_ = 0;
  std::unique_ptr<net::Server> server_;
};

std::string record_id(int number) {
  return fmt::format("order-{:03}", number);
}

// As it was handed in.
boost::json::object record(int number) {
  return {{"record_id", record_id(number)},
          {"parameter_1", fmt::format("text {}", number)},
          {"parameter_2", number}};
}

std::set<std::string> with_status(HttpClient& client, const std::string& status) {
  const HttpAnswer answer = client.get("/orders?limit=1000&status=" + status);
  EXPECT_EQ(answer.status, 200) << answer.body;
  std::set<std::string> ids;
  const boost::json::value page = answer.json();
  for (const auto& order : page.at("items").as_array()) {
    ids.emplace(order.at("record_id").as_string());
  }
  return ids;
}

class Mission : public ::testing::Test {
 protected:
  void start(const std::string& keep) {
    ServerSetup setup;
    setup.data = data_.path();
    setup.config = fmt::format(
        "[pipelines.orders]\nschedule = \"rate(1 second)\"\n"
        "[auction]\nnot_ready_rate = 0.3\nreject_rate = 0.3\nseed = 7\n"
        "[orders]\nkeep = \"{}\"\n"
        "[notify.chat]\nslack_webhook = \"http://127.0.0.1:{}/\"\nallow_private = true\n",
        keep, chat_.port());
    server_ = std::make_unique<ServerProcess>(std::move(setup));
    client_ = std::make_unique<HttpClient>(server_->port());
  }
  void kill() {
    server_->signal(SIGKILL);
    server_->wait_for_exit();
  }
  void hand_in(int from, int to) {
    boost::json::array records;
    for (int i = from; i < to; ++i) records.push_back(record(i));
    const HttpAnswer answer = client_->post("/orders", boost::json::serialize(records));
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.json().at("accepted"), to - from);
  }
  [[nodiscard]] std::size_t stored() {
    const HttpAnswer answer = client_->get("/objects/order-results?limit=1000");
    return answer.status == 200 ? answer.json().at("items").as_array().size() : 0;
  }

  TempDir data_;
  Chat chat_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(Mission, EveryOrderIsStoredOrToldOfThroughTwoKills) {
  start("24h");
  hand_in(0, kOrders / 2);
  ASSERT_TRUE(eventually([&] { return stored() > 20; }, std::chrono::seconds(60)))
      << server_->log();
  kill();
  start("24h");
  hand_in(kOrders / 2, kOrders);
  // The same again changes nothing.
  hand_in(0, kOrders / 2);
  ASSERT_TRUE(eventually([&] { return stored() > kOrders / 3; }, std::chrono::seconds(60)))
      << server_->log();
  kill();
  start("24h");
  const auto all_done = [&] {
    const std::size_t settled =
        with_status(*client_, "accepted").size() + with_status(*client_, "rejected").size();
    const std::string told = chat_.all();
    if (settled < kOrders || stored() < with_status(*client_, "accepted").size()) return false;
    for (const std::string& id : with_status(*client_, "rejected")) {
      if (told.find(id) == std::string::npos) return false;
    }
    return true;
  };
  ASSERT_TRUE(eventually(all_done, std::chrono::seconds(150))) << server_->log();

  const std::set<std::string> accepted = with_status(*client_, "accepted");
  const std::set<std::string> rejected = with_status(*client_, "rejected");
  EXPECT_EQ(accepted.size() + rejected.size(), std::size_t{kOrders});
  EXPECT_EQ(stored(), accepted.size());
  EXPECT_GT(rejected.size(), std::size_t{kOrders} / 10);
  for (int i = 0; i < kOrders; ++i) {
    const HttpAnswer object = client_->get("/objects/order-results/" + record_id(i) + ".json");
    if (rejected.contains(record_id(i))) {
      EXPECT_EQ(object.status, 404) << record_id(i);
      continue;
    }
    ASSERT_EQ(object.status, 200) << record_id(i);
    EXPECT_EQ(object.header("Content-Type"), "application/json");
    EXPECT_TRUE(object.has("ETag"));
    const auto body = object.json();
    EXPECT_EQ(body.at("parameter_1"), record(i).at("parameter_1"));
    EXPECT_EQ(body.at("parameter_2"), record(i).at("parameter_2"));
    EXPECT_EQ(body.at("status"), "accepted");
  }
  // Nobody was told of an order that was accepted.
  const std::string told = chat_.all();
  for (const std::string& id : accepted) EXPECT_EQ(told.find(id), std::string::npos) << id;
}

TEST_F(Mission, WhatHasExpiredIsGoneFromEveryAnswer) {
  start("1s");
  hand_in(0, 3);
  EXPECT_TRUE(eventually([&] {
    return client_->get("/orders/" + record_id(1)).status == 404 &&
           client_->get("/orders").json().at("items").as_array().empty();
  }));
}

}  // namespace
}  // namespace ordo::crash
